# takes: 120
# Hostile servers and careless callers: each test is an attempt, and the summary counts those that did not hold.
npm run test:red-team
