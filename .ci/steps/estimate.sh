# takes: 20
# Estimates beside what is then sent, and beside the tokens that real tokenizers count.
.ci/install test/performance/estimate --ignore-scripts
npx tsc --noEmit -p test/performance/estimate
npm run --ignore-scripts measure:estimate
