/** Response bodies in Together's form, joined from pieces that are encoded once. */

import { hashOf, headOf, scoreOf, tailOf, tails } from "../vectors.js";

const base64Tails = tails.map((tail) => Buffer.from(`${base64Of(tail)}"}`));
const floatTails = tails.map((tail) => Buffer.from(`,${tail.join(",")}]}`));

function base64Of(numbers: readonly number[]): string {
  return Buffer.from(Float32Array.from(numbers).buffer).toString("base64");
}

/** Returns the body of a response to `POST /v1/embeddings`. */
export function embeddingsBody(model: string, texts: readonly string[], base64: boolean): Buffer {
  const [open, endings] = base64 ? ['"', base64Tails] : ["[", floatTails];
  const pieces = texts.map((text, index) => {
    const hash = hashOf(text);
    const head = base64 ? base64Of(headOf(hash)) : headOf(hash).join(",");
    const comma = index === 0 ? "" : ",";
    return {
      head: `${comma}{"object":"embedding","index":${index},"embedding":${open}${head}`,
      tail: endings[tailOf(hash)] as Buffer,
    };
  });
  const start = `{"object":"list","model":${JSON.stringify(model)},"data":[`;
  const end = `],"usage":{"prompt_tokens":${50 * texts.length},"total_tokens":${50 * texts.length}}}`;
  const size = pieces.reduce((sum, { head, tail }) => sum + head.length + tail.length, 0);
  return joined(start, pieces, end, size);
}

/** Copies all pieces into one buffer, because a socket is fastest with few large writes. */
function joined(
  start: string,
  pieces: readonly { head: string; tail: Buffer }[],
  end: string,
  size: number,
): Buffer {
  const body = Buffer.allocUnsafe(start.length + size + end.length);
  let at = body.write(start, "latin1");
  for (const { head, tail } of pieces) {
    at += body.write(head, at, "latin1");
    at += tail.copy(body, at);
  }
  body.write(end, at, "latin1");
  return body;
}

/** Returns the body of a response to `POST /v1/rerank`, best first. */
export function rerankBody(model: string, documents: readonly string[]): Buffer {
  const results = documents
    .map((document, index) => ({ index, relevance_score: scoreOf(document), document: {} }))
    .toSorted((one, other) => other.relevance_score - one.relevance_score);
  const usage = {
    prompt_tokens: 50 * documents.length,
    completion_tokens: 0,
    total_tokens: 50 * documents.length,
  };
  return Buffer.from(JSON.stringify({ object: "rerank", id: "bench", model, results, usage }));
}
