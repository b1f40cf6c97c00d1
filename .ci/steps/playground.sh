# limit: 1200
# takes: 60
# The playground in a real browser.
node --import tsx tools/prepare.ts playground
.ci/build
node node_modules/typescript-7/bin/tsc -p playground
.ci/chromium
node_modules/.bin/vitest run --project playground
