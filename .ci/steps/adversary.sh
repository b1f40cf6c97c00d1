# limit: 1200
# takes: 200
# Random jobs and corrupt responses, with other seeds than npm test.
node --import tsx test/performance/simulation/main.ts --jobs 2000 --seed 1000000
node --import tsx test/performance/fuzz/main.ts --bodies 150000 --seed 1000000
