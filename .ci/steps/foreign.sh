# Clients that others wrote, against the emulator.
npm ci --prefix test/foreign
npm run test:foreign
