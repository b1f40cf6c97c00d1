# limit: 1200
# takes: 60
# Runs the tests of the adapters again, and checks all requests and responses against Together's OpenAPI document.
npx tsx tools/prepare.ts test/e2e
npx vitest run --project openapi
