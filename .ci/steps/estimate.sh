# takes: 20
# Compares estimates with the requests that are then sent, and with the token counts of real tokenizers.
node --import tsx tools/prepare.ts test/performance
node --import tsx test/performance/estimate/main.ts
