# The live service. It needs a key. CI has none: the step prints so and is left out.
npx tsx test/e2e/live/main.ts
