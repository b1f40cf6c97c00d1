/** `library.ts <address> <texts>`: embeds the same texts from memory with the library, and discards the vectors. */

import { Embedder } from "../../../../dist/index.js";
import { textsOf } from "../texts.js";

const [baseURL = "", amount = ""] = process.argv.slice(2);
const embedder = new Embedder({ model: "BAAI/bge-large-en-v1.5", apiKey: "any", baseURL });
const startedAt = performance.now();
let texts = 0;
for await (const { vector } of embedder.embedStream(textsOf(Number(amount)))) {
  if (vector.length > 0) texts += 1;
}
console.log(JSON.stringify({ texts, seconds: (performance.now() - startedAt) / 1000 }));
