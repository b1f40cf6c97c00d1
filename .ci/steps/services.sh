# limit: 1200
# takes: 250
# The examples with real databases and a real queue, whose workers are killed.
if [ "$(id -u)" -ne 0 ] && ! npm run --silent services true; then
  echo "PostgreSQL with pgvector, or Redis, is missing, and only root can install them."
  exit 77
fi
[ "$(id -u)" -ne 0 ] || npm run --silent services -- --install
for folder in examples/stores examples/bulk-ingest test/e2e/services; do .ci/install "$folder" --ignore-scripts; done
.ci/build
npx tsc --noEmit -p test/e2e/services
npx oxlint -c test/e2e/services/oxlintrc.json --disable-nested-config --type-aware --deny-warnings \
  examples/{stores,indexing,bulk-ingest,support} test/e2e/services
npx vitest run --project services
