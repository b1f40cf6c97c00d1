/** A job with a cache: `client.ts <url> <folder> <texts>`. It prints its progress, then the number of wrong vectors. */

import { LocalFileStore } from "@langchain/classic/storage/file_system";
import { Embedder } from "../../../src/index.js";
import { corpus, MODEL, wrongVectors } from "./vectors.js";

const [baseURL, folder, amount] = process.argv.slice(2) as [string, string, string];
const cache = await LocalFileStore.fromPath(folder);
const shared = { model: MODEL, apiKey: "key", baseURL };
const embedder = new Embedder({ ...shared, batchSize: 10, maxConcurrency: 16, cache });
const texts = corpus(Number(amount));
const { vectors } = await embedder.embed(texts, { onProgress: ({ done }) => console.log(done) });
console.log(`wrong: ${wrongVectors(texts, vectors).length}`);
