# limit: 1200
# takes: 60
# The example programs as processes, the evaluation, OpenTelemetry's own SDK, and Mastra.
npx tsx tools/prepare.ts examples
.ci/build
npx vitest run --project examples
