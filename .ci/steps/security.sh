# takes: 120
# Hostile servers and wrong calls. Each test is an attack, and the summary counts those that succeed.
node_modules/.bin/vitest run --project security
