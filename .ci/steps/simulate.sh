# limit: 600
# The throttle against every kind of limit, under virtual time.
npm run simulate
