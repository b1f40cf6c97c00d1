# limit: 600
# What npm would publish, in folders of its own.
npm ci --prefix test/packaging
npm run --silent build
npm run test:packaging
