# takes: 120
# Hostile servers and careless callers: each test is an attempt, and the summary counts those that did not hold.
npx vitest run --project security
