/** A server of its own: `server.ts <port>`, 0 for a free one. Its first line is its address. */

import { createEmulator } from "../../../src/emulator/index.js";
import { SERVED } from "./vectors.js";

const emulator = createEmulator({ ...SERVED, latency: 20 });
const { url } = await emulator.listen({ port: Number(process.argv[2]) });
console.log(url);
