# limit: 1200
# takes: 60
# The rate limiter against every kind of limit, with short jobs in virtual time. "npm run simulate" also runs long jobs,
# which take ten times the CPU time: run it after a change of the rate limiter. The family "research" has no goals.
node --import tsx test/performance/simulation/main.ts --rtt 20 --requests 157 --most-requests 400 \
  --family limits,outages,saturation,capacity,cold-start,collapses,resets,tokens,queries
