# limit: 1200
# takes: 150
# The rate limiter against every kind of limit, under virtual time. The family "limits" runs with one round trip, the
# others with short jobs: npm run simulate alone runs all, in three times the CPU time. The family "research" has no goals.
npm run simulate -- --rtt 20 --most-requests 400 \
  --family limits,outages,saturation,capacity,cold-start,collapses,resets,tokens,queries
