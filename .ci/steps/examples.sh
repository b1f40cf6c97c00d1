# limit: 1200
# takes: 60
# The example programs as processes, the evaluation, OpenTelemetry's own SDK, and Mastra.
node --import tsx tools/prepare.ts examples
.ci/build
node_modules/.bin/vitest run --project examples
