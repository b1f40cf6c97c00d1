# limit: 1200
# takes: 70
# The packed tarball on Node 20, 22 and 24, Deno, Bun and workerd, and in Chromium by two bundlers.
.ci/install test/runtimes
.ci/build
.ci/chromium
npm run test:runtimes
