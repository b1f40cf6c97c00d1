# limit: 1200
# takes: 100
# The specification on the oldest frameworks that the peer ranges admit, and on the newest with Node 22.
.ci/install test/e2e/peers
npm run test:peers
.ci/install test/e2e/peers/newest
npm run test:peers:newest
