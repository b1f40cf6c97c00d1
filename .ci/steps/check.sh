# takes: 20
# Types, lint, format and unused code of the repository's root.
npm run check
