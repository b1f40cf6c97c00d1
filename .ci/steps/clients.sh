# takes: 30
# Other clients against the emulator.
node --import tsx tools/prepare.ts test/e2e
node_modules/.bin/vitest run --project clients
