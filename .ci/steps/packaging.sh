# limit: 1500
# takes: 400
# What npm would publish, in folders of its own, and what it exports, as written down in etc/ (npm run api).
.ci/install test/packaging
.ci/build
node test/packaging/surface.mjs
npm run test:packaging
