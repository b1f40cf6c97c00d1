# limit: 1500
# takes: 400
# The packed package in separate folders, and its exports, compared with etc/ (npm run api).
node --import tsx tools/prepare.ts test/e2e/packaging
.ci/build
node test/e2e/packaging/surface.mjs
node_modules/.bin/vitest run --project packaging
