# takes: 30
# Other clients against the emulator.
npx tsx tools/prepare.ts test/e2e
npx vitest run --project clients
