# limit: 1500
# takes: 400
# What npm would publish, in folders of its own, and what it exports, as written down in etc/ (npm run api).
npx tsx tools/prepare.ts test/e2e/packaging
.ci/build
node test/e2e/packaging/surface.mjs
npx vitest run --project packaging
