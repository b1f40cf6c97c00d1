# limit: 1200
# takes: 200
# The examples with real databases, and with a real queue whose workers are killed.
if [ "$(id -u)" -ne 0 ] && ! node --import tsx examples/support/services/main.ts true; then
  echo "PostgreSQL with pgvector or Redis is not installed, and only root can install them."
  exit 77
fi
[ "$(id -u)" -ne 0 ] || bash examples/support/services/install.sh
node --import tsx tools/prepare.ts examples test/e2e
.ci/build
node_modules/.bin/vitest run --project services
