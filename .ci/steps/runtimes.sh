# The packed tarball on Node 20, 22 and 24, Deno, Bun and workerd, and in Chromium by two bundlers.
npm ci --prefix test/runtimes
npm run --silent build
command -v chromium >/dev/null ||
  (apt-get update -qq && apt-get install -qq -y --no-install-recommends chromium) >/dev/null 2>&1 ||
  echo "There is no chromium: the browser is left out."
npm run test:runtimes
