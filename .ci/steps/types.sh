# limit: 900
# takes: 70
# Runs the compiler and the linter for folders whose packages npm ci does not install.
node --import tsx tools/prepare.ts examples test/e2e test/performance tools
.ci/build
for folder in examples test/e2e test/e2e/migrations test/performance tools; do
  node node_modules/typescript-7/bin/tsc --noEmit -p "$folder"
done
node_modules/.bin/oxlint -c test/e2e/oxlintrc.json --disable-nested-config --type-aware --deny-warnings \
  --ignore-pattern examples/next-rag --ignore-pattern examples/notebooks \
  examples test/e2e test/performance tools
