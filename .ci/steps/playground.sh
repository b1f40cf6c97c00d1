# limit: 1200
# takes: 40
# The playground, driven in a real browser.
.ci/install playground
.ci/build
npx tsc --project playground
.ci/chromium
npm run test:playground
