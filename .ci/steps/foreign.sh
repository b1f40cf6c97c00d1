# takes: 30
# Clients that others wrote, against the emulator.
.ci/install test/e2e
npm run test:foreign
