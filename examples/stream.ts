/** Embeds a file of any size in bounded memory: it reads lines as they are sent, and writes vectors as they arrive. */

import { createReadStream, createWriteStream } from "node:fs";
import { access, mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Embedder } from "together-retrieval";
import { program } from "./kit/program.js";
import { withProgress } from "./kit/progress.js";
import { serviceFrom } from "./kit/service.js";
import { Misuse } from "./kit/misuse.js";
import { counted } from "./start/print.js";

const HELP = `Usage: npm run example stream -- [options] [file]

Embeds the lines of a file, and writes the vectors as 32-bit floats, without separators.

  --out <file>     output file (default: .cache/vectors.f32)`;

const OPTIONS = { out: { type: "string", default: ".cache/vectors.f32" } } as const;

await program(HELP, OPTIONS, async ({ values, words }) => {
  const file = words || "node_modules/typescript/lib/lib.dom.d.ts";
  await access(file).catch(() => {
    throw new Misuse(`Cannot read ${file}: there is no such file; name one, see --help`);
  });
  await mkdir(dirname(values.out), { recursive: true });
  const { description, embedding } = serviceFrom(process.env);
  console.log(description);
  const embedder = new Embedder(embedding);
  let [written, most] = [0, 0];

  await withProgress("Embedding", async (onProgress) => {
    const stream = embedder.embedStream(linesOf(file), { onProgress });
    // Backpressure: a slow disk delays the requests, and the requests delay the reading.
    const bytes = Readable.from(stream, { highWaterMark: 16 }).map(({ vector }: { vector: Float32Array }) => {
      written += 1;
      most = Math.max(most, process.memoryUsage.rss());
      return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
    });
    await pipeline(bytes, createWriteStream(values.out));
  });
  console.log(
    `${counted(written, "vector")} of ${embedder.dimensions} numbers in ${values.out}; at most ${Math.round(most / 1e6)} MB of memory.`,
  );
});

/** Yields the lines of a file that are not blank. */
async function* linesOf(file: string): AsyncGenerator<string> {
  for await (const line of createInterface({ input: createReadStream(file) })) if (line.trim()) yield line;
}
