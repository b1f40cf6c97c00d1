# The live service, where there is a key; CI has none, and then this step is left out and prints so.
npx tsx test/e2e/live/main.ts
