# limit: 1200
# takes: 200
# Random jobs and corrupt responses, with other seeds than npm test.
npm run simulate -- --jobs 2000 --seed 1000000
npm run fuzz -- --bodies 150000 --seed 1000000
