# takes: 60
# The Next.js example, built and used in a real browser.
npx tsx tools/prepare.ts examples/next-rag
.ci/build
.ci/chromium
npx vitest run --project next-rag
