# takes: 30
# Prepares a release in a temporary folder, and checks the errors of releases that cannot be prepared.
node --import tsx tools/prepare.ts tools
node_modules/.bin/vitest run --project release
