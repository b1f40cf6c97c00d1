# limit: 600
# takes: 150
# The rate limiter against every kind of limit, under virtual time.
npm run simulate
