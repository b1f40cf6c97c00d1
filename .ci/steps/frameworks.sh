# limit: 600
# takes: 45
# Genkit, TanStack AI, Chroma and an n8n code node, with the code of docs/integrations/other-frameworks.md.
npx tsx tools/prepare.ts test/e2e
.ci/build
npx vitest run --project frameworks
