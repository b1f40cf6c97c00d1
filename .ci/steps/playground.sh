# limit: 1200
# takes: 90
# The playground in a real browser.
npx tsx tools/prepare.ts playground
.ci/build
node node_modules/typescript-7/bin/tsc -p playground
.ci/chromium
npx vitest run --project playground
