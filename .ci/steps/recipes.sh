# limit: 1200
# takes: 120
# The changes of docs/contributing/recipes.md, made in a copy of the repository: they fit, compile and pass.
npx vitest run --project recipes
