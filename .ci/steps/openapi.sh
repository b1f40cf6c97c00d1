# limit: 1200
# takes: 60
# The specification of the adapters again, with Together's OpenAPI document as the judge of all traffic.
.ci/install test/e2e/openapi
npm run test:openapi
