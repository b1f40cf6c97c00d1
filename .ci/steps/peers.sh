# limit: 1200
# takes: 65
# The specification on the oldest frameworks that the peer ranges admit.
.ci/install test/peers --ignore-scripts
npm run test:peers
