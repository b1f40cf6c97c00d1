# The live service. It needs a key. CI has none: the step prints so and is left out.
node --import tsx test/e2e/live/main.ts
