/** A program on a platform whose `globalThis` accepts no new property, as in SES. */

import { createEmulator } from "../../../src/emulator/index.js";
import { Embedder } from "../../../src/index.js";

// Node.js loads its fetch API at the first use, and then adds a property to `globalThis`.
void Response;
Object.preventExtensions(globalThis);
const { fetch } = createEmulator();
const embedder = new Embedder({ model: "BAAI/bge-base-en-v1.5", apiKey: "k", fetch });
const { vectors } = await embedder.embed(["a text"]);
process.stdout.write(`${vectors.length} vector`);
