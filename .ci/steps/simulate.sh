# limit: 600
# takes: 150
# The throttle against every kind of limit, under virtual time.
npm run simulate
