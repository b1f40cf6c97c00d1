# takes: 30
# Prepares a release in a temporary folder, and checks the errors of releases that cannot be prepared.
npx tsx tools/prepare.ts tools
npx vitest run --project release
