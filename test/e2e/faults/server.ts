/** An emulator in its own process: `server.ts <port>`, with 0 for a free port. The first printed line is its URL. */

import { createEmulator } from "../../../src/emulator/index.js";
import { SERVED } from "./vectors.js";

const emulator = createEmulator({ ...SERVED, latency: 20 });
const { url } = await emulator.listen({ port: Number(process.argv[2]) });
console.log(url);
