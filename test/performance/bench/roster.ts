/** All clients, by the names of their files in clients/. */

/** The description of a client. */
export interface Entry {
  readonly title: string;
  readonly isOwn: boolean;
  /** Left out of quick runs, because it would not finish. */
  readonly slow?: true;
}

const own = (title: string): Entry => ({ title, isOwn: true });
const theirs = (title: string): Entry => ({ title, isOwn: false });

const entries = {
  baseline: theirs("baseline: fetch, base64, knows the limit"),
  "together-retrieval": own("together-retrieval: Embedder (Float32Array)"),
  "together-retrieval-langchain": own("together-retrieval: LangChain (number[])"),
  "together-retrieval-llamaindex": own("together-retrieval: LlamaIndex (number[])"),
  "together-retrieval-ai-sdk": own("together-retrieval: AI SDK embedMany (number[])"),
  sdk: theirs("together-ai, one after another"),
  "sdk-p-limit": theirs("together-ai, p-limit 8"),
  openai: theirs("@langchain/openai OpenAIEmbeddings"),
  "ai-sdk": theirs("@ai-sdk/togetherai embedMany"),
  "llamaindex-together": { ...theirs("@llamaindex/together"), slow: true },
  community: { ...theirs("@langchain/community TogetherAIEmbeddings"), slow: true },
  "together-retrieval-rank": own("together-retrieval: Reranker"),
  "together-retrieval-rank-125": own("together-retrieval: Reranker, batchSize 125"),
  "sdk-rank": theirs("together-ai, one request"),
  "sdk-rank-8": theirs("together-ai, eight requests at once"),
  "together-retrieval-cache-cold": own("together-retrieval: Embedder, empty cache"),
  "together-retrieval-cache-warm": own("together-retrieval: Embedder, full cache"),
} satisfies Record<string, Entry>;

/** The name of a client's file. */
export type Name = keyof typeof entries;

export const roster: Readonly<Record<Name, Entry>> = entries;
