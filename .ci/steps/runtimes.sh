# limit: 1200
# takes: 150
# The packed tarball on Node 20, 22 and 24, Deno, Bun and workerd, in Chromium with two bundlers, in Jest and Vitest,
# and with the fetch of other packages.
node --import tsx tools/prepare.ts test/e2e/runtimes
.ci/build
.ci/chromium
node_modules/.bin/vitest run --project runtimes
