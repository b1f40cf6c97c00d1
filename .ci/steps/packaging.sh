# limit: 1500
# takes: 400
# The packed package in separate folders, and its exports, compared with etc/ (npm run api).
npx tsx tools/prepare.ts test/e2e/packaging
.ci/build
node test/e2e/packaging/surface.mjs
npx vitest run --project packaging
