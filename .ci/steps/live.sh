# The live service, where there is a key; CI has none, and then this step is left out and says so.
npm run --silent test:live
