# takes: 30
# Clients that others wrote, against the emulator.
.ci/install test/foreign
npm run test:foreign
