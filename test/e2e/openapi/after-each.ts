import { afterEach } from "vitest";
import { checked } from "./judged-emulator.js";

// The errors are thrown here, because the client would retry an error of its `fetch` as a lost connection.
afterEach(() => {
  const errors = [...new Set(checked.errors.splice(0))];
  if (errors.length > 0) throw new Error(`Together's specification is violated:\n${errors.join("\n")}`);
});
