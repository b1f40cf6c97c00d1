# takes: 30
# A release, prepared in a scratch folder, and refused in a sentence where it may not be.
npx tsx tools/prepare.ts tools
npx vitest run --project release
