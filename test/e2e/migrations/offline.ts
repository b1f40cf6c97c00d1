// A test that forgets its emulator fails, instead of asking a real service.
globalThis.fetch = (input) => Promise.reject(new Error(`No network here: ${String(input)}`));
