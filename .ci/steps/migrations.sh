# limit: 1200
# takes: 80
# The clients that users come from, pinned, against the emulator: each block of docs/migration, before and after.
npx tsx tools/prepare.ts test/e2e
.ci/build
npx vitest run --project migrations
