# limit: 1200
# takes: 60
# The contract tests with the oldest frameworks of the peer ranges, and with the newest ones on Node.js 22.
node --import tsx tools/prepare.ts test/e2e/peers --ignore-scripts
node_modules/.bin/vitest run --project peers
node --import tsx tools/prepare.ts test/e2e/peers/newest --ignore-scripts
test/e2e/peers/newest/node_modules/node22/bin/node node_modules/vitest/vitest.mjs run --project peers-newest
