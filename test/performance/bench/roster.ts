/** Everybody who takes part, by the name of their file among the contestants. */

/** How somebody appears in tables. */
export interface Entry {
  readonly title: string;
  readonly ours: boolean;
  /** Left out of quick runs, where it would only be seen not to finish. */
  readonly slow?: true;
}

const ours = (title: string): Entry => ({ title, ours: true });
const theirs = (title: string): Entry => ({ title, ours: false });

const entries = {
  floor: theirs("floor: fetch, base64, told the limit"),
  ours: ours("ours: Embedder (Float32Array)"),
  "ours-langchain": ours("ours: LangChain (number[])"),
  "ours-llamaindex": ours("ours: LlamaIndex (number[])"),
  "ours-ai-sdk": ours("ours: AI SDK embedMany (number[])"),
  sdk: theirs("together-ai, one after another"),
  "sdk-p-limit": theirs("together-ai, p-limit 8"),
  openai: theirs("@langchain/openai OpenAIEmbeddings"),
  "ai-sdk": theirs("@ai-sdk/togetherai embedMany"),
  "llamaindex-together": { ...theirs("@llamaindex/together"), slow: true },
  community: { ...theirs("@langchain/community TogetherAIEmbeddings"), slow: true },
  "ours-rank": ours("ours: Reranker"),
  "ours-rank-125": ours("ours: Reranker, batchSize 125"),
  "sdk-rank": theirs("together-ai, one request"),
  "sdk-rank-8": theirs("together-ai, eight requests at once"),
  "ours-cache-cold": ours("ours: Embedder, empty cache"),
  "ours-cache-warm": ours("ours: Embedder, full cache"),
} satisfies Record<string, Entry>;

/** The name of somebody's file. */
export type Name = keyof typeof entries;

export const roster: Readonly<Record<Name, Entry>> = entries;
