# limit: 1200
# takes: 120
# The changes of docs/contributing/recipes.md in a copy of the repository: they apply, compile and pass the tests.
node_modules/.bin/vitest run --project recipes
