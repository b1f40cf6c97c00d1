# The playground, driven in a real browser.
.ci/install playground
npm run --silent build
npx tsc --project playground
.ci/chromium
npm run test:playground
