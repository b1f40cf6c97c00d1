# takes: 30
# Clients that others wrote, against the emulator.
npx tsx tools/prepare.ts test/e2e
npx vitest run --project clients
