# The example programs from the outside, the evaluation, and OpenTelemetry's own SDK.
npm ci --prefix examples/observe
npm ci --prefix examples/evaluate
npm run --silent build
npx tsc --noEmit -p examples/observe
npx tsc --noEmit -p examples/evaluate
npx vitest run --config examples/vitest.config.ts
