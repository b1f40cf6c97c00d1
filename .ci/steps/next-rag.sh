# takes: 60
# The Next.js example, built and used in a real browser.
node --import tsx tools/prepare.ts examples/next-rag
.ci/build
.ci/chromium
node_modules/.bin/vitest run --project next-rag
