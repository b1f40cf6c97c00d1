# limit: 1200
# takes: 280
# The rate limiter against every kind of limit, under virtual time.
npm run simulate
