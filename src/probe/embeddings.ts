import { member, refusal, type Endpoint, type Reply } from "./probe-client.js";
import { inWords, mostAccepted } from "./max-batch.js";
import { cutOrNot, noteRefusable, noteUsage, type Note } from "./observations.js";
import { longTexts, manyTexts, PREFIX, SENTENCES } from "./texts.js";
import { length, same, vectorsOf, type Vector } from "./vectors.js";

/** What the recommendation needs to know. */
export interface EmbeddingFacts {
  readonly dimensions: number | undefined;
  readonly base64: "served" | "ignored" | "refused";
  readonly unitLength: boolean;
  readonly longText: "refused" | "cut" | "read";
  readonly mostTexts: number;
}

const [FIRST, SECOND] = SENTENCES;

/** Asks an endpoint for vectors in every way that Together does not document. */
export async function probeEmbeddings(
  endpoint: Endpoint,
  model: string,
  limit: number,
  note: Note,
): Promise<EmbeddingFacts> {
  const embed = (input: string | string[], extra: object = {}): Promise<Reply> =>
    endpoint.ask("/embeddings", { model, input, ...extra });
  const floats = await embed([FIRST, SECOND, `${PREFIX}${FIRST}`]);
  const vectors = vectorsOf(floats)?.byIndex ?? [];
  noteVectors(floats, vectors, note);
  const base64 = probeBase64(await embed([SECOND, FIRST], { encoding_format: "base64" }), vectors, note);
  noteRefusable("emptyText", await embed(""), note);
  noteRefusable("blankText", await embed(" "), note);
  const longText = cutOrNot(await embed(longTexts(limit)), limit, (reply) => vectorsOf(reply)?.byIndex, same);
  note("longText", longText.observed, longText.verdict !== "read");
  const most = await mostAccepted(
    (count) => embed(manyTexts(count)),
    (reply) => vectorsOf(reply)?.byIndex.length,
  );
  note("mostTexts", inWords(most), most.accepted >= 512);
  const unitLength = vectors.length > 0 && vectors.every(isUnit);
  return {
    dimensions: vectors[0]?.length,
    base64,
    unitLength,
    longText: longText.verdict,
    mostTexts: most.accepted,
  };
}

function noteVectors(reply: Reply, vectors: readonly Vector[], note: Note): void {
  const [first, , prefixed] = vectors;
  if (!first || !prefixed) return note("dimensions", refusal(reply), false);
  const all = new Set(vectors.map((vector) => vector.length));
  note("dimensions", [...all].join(" and "), all.size === 1);
  const lengths = vectors.map(length);
  const [least, most] = [Math.min(...lengths), Math.max(...lengths)];
  note("unitLength", vectors.every(isUnit) ? "1" : `${least.toFixed(2)} to ${most.toFixed(2)}`, true);
  const changed = !same(first, prefixed);
  note("prefix", changed ? "changes the vector" : "changes nothing", changed);
  noteUsage("usage", reply, note);
}

/** The same texts, the other way round: tells the order as well. */
function probeBase64(reply: Reply, floats: readonly Vector[], note: Note): EmbeddingFacts["base64"] {
  const vectors = vectorsOf(reply);
  if (!vectors) {
    note("base64", refusal(reply), false);
    note("order", "could not be told", undefined);
    return "refused";
  }
  const right = same(vectors.byIndex[1], floats[0]) && same(vectors.byIndex[0], floats[1]);
  const where = vectors.inOrder ? "in the order of the texts" : "in another order, told by `index`";
  note("order", right ? where : "the vectors belong to other texts", right);
  const served = typeof member((member(reply.body, "data") as unknown[])[0], "embedding") === "string";
  const numbers = right ? "the same numbers" : "other numbers";
  note("base64", served ? `served, ${numbers}` : "ignored: floats came back", served && right);
  return served ? "served" : "ignored";
}

function isUnit(vector: Vector): boolean {
  return Math.abs(length(vector) - 1) < 0.001;
}
