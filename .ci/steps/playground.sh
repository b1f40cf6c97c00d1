# The playground, driven in a real browser.
npm ci --prefix playground
npm run --silent build
npx tsc --project playground
.ci/chromium
npm run test:playground
