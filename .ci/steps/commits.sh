# takes: 5
# The subjects of new commits: type(scope): imperative summary, at most 72 characters.
node --import tsx tools/commits.ts
