// A test without an emulator fails. It must not send requests to a real service.
globalThis.fetch = (input) => Promise.reject(new Error(`No network here: ${String(input)}`));
