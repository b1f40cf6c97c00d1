import { afterEach } from "vitest";
import { verdicts } from "./judged-emulator.js";

// Not thrown into the client: it would take that for a lost connection and try again.
afterEach(() => {
  const complaints = [...new Set(verdicts.complaints.splice(0))];
  if (complaints.length > 0)
    throw new Error(`Together's specification is violated:\n${complaints.join("\n")}`);
});
