# limit: 600
# takes: 45
# Genkit, TanStack AI, Chroma and an n8n code node, by the code of docs/integrations/other-frameworks.md, against the emulator.
.ci/install test/frameworks
.ci/build
npx tsc --noEmit -p test/frameworks
npx vitest run --config test/frameworks/vitest.config.ts
