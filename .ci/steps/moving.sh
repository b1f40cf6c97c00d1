# limit: 1200
# takes: 80
# What users come from, pinned, against the emulator: docs/migration as it stands, before and after.
.ci/install test/e2e
.ci/build
npx tsc --noEmit -p test/e2e/migrations
npm run test:moving
