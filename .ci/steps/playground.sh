# limit: 1200
# takes: 90
# The playground, driven in a real browser.
npx tsx tools/prepare.ts playground
.ci/build
npx tsc -p playground
.ci/chromium
npx vitest run --project playground
