# takes: 20
# Compares estimates with the requests that are then sent, and with the token counts of real tokenizers.
npx tsx tools/prepare.ts test/performance
npx tsx test/performance/estimate/main.ts
