# takes: 60
# The Next.js example, built and driven in a real browser.
.ci/install examples/next-rag
.ci/build
.ci/chromium
npm run test:next
