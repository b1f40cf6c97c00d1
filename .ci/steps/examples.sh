# limit: 1200
# takes: 60
# The example programs from the outside, the evaluation, OpenTelemetry's own SDK, and Mastra.
.ci/install examples/observe
.ci/install examples/evaluate
.ci/install examples/mastra
.ci/build
npx tsc --noEmit -p examples/observe
npx tsc --noEmit -p examples/evaluate
npx vitest run --config examples/vitest.config.ts
