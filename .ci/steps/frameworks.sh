# limit: 600
# takes: 45
# Genkit, TanStack AI, Chroma and an n8n code node, with the code of docs/integrations/other-frameworks.md.
node --import tsx tools/prepare.ts test/e2e
.ci/build
node_modules/.bin/vitest run --project frameworks
