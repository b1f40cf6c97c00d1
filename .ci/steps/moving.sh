# limit: 1200
# takes: 80
# What users come from, pinned, against the emulator: docs/migration as it stands, before and after.
.ci/install test/moving --omit=optional
.ci/build
npx tsc --noEmit -p test/moving
npm run test:moving
