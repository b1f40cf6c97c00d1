# limit: 1200
# takes: 120
# The changes of docs/contributing/recipes.md, made in a copy of the repository: they fit, compile and pass, or fail by half.
npm run test:contributing
