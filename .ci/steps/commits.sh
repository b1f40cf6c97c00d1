# takes: 5
# The subjects of new commits: type(scope): imperative summary, at most 72 characters.
npx tsx tools/commits.ts
