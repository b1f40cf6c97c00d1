# takes: 40
# Measures how often the example finds the right passage. Fails if it is not most of the time.
.ci/build
node --import tsx examples/start/measure.ts
