# takes: 20
# Estimates beside what is then sent, and beside the tokens that real tokenizers count.
npx tsx tools/prepare.ts test/performance
npx tsx test/performance/estimate/main.ts
