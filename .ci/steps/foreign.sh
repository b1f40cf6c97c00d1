# takes: 30
# Clients that others wrote, against the emulator.
.ci/install test/e2e/clients
npm run test:foreign
