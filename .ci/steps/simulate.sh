# limit: 1200
# takes: 200
# The rate limiter against every kind of limit, under virtual time. The family "limits" runs at one round trip only: with
# all three it takes half of the CPU time. The family "research" has no goals.
npm run simulate -- --rtt 20 --family limits,outages,saturation,capacity,cold-start,collapses,resets,tokens,queries
