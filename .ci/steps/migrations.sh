# limit: 1200
# takes: 80
# Pinned versions of other clients, against the emulator: each code block of docs/migration, before and after.
node --import tsx tools/prepare.ts test/e2e
.ci/build
node_modules/.bin/vitest run --project migrations
