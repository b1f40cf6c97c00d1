# takes: 120
# Hostile servers and wrong calls. Each test is an attack, and the summary counts those that succeed.
npx vitest run --project security
