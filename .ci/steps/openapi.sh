# limit: 1200
# takes: 30
# Runs the tests of the adapters again, and checks all requests and responses against Together's OpenAPI document.
node --import tsx tools/prepare.ts test/e2e
node_modules/.bin/vitest run --project openapi
