# takes: 40
# Measures how often the example finds the right passage. Fails if it is not most of the time.
.ci/build
npx tsx examples/start/measure.ts
