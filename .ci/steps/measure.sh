# takes: 40
# How often the example finds the right passage; fails if that is no longer most of the time.
.ci/build
npx tsx examples/start/measure.ts
