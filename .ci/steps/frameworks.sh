# limit: 600
# takes: 45
# Genkit, TanStack AI, Chroma and an n8n code node, by the code of docs/integrations/other-frameworks.md, against the emulator.
.ci/install test/e2e/frameworks
.ci/build
npx tsc --noEmit -p test/e2e/frameworks
npx vitest run --config test/e2e/frameworks/vitest.config.ts
