# limit: 600
# The specification on the oldest frameworks that the peer ranges admit.
npm run test:peers
