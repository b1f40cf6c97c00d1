# limit: 1200
# takes: 60
# The tests of the adapters again, with Together's OpenAPI document as the judge of all traffic.
npx tsx tools/prepare.ts test/e2e
npx vitest run --project openapi
