/**
 * Answers a question from a folder of texts like `npm start`, with the components of LlamaIndex.
 *
 *     npm run example llamaindex -- "Which errors are retried automatically, and how often?"
 */

import { LocalFileStore } from "@langchain/classic/storage/file_system";
import { extractText, Settings, VectorStoreIndex } from "llamaindex";
import { TogetherEmbeddings, TogetherReranker } from "together-retrieval/llamaindex";
import { EmbeddingReport } from "../start/embedding-report.js";
import { runProgram } from "../start/program.js";
import { readNodes } from "./nodes.js";
import { SearchReport } from "./search-report.js";
import { TogetherChat } from "./together-chat.js";

await runProgram("npm run example llamaindex", async (setup) => {
  const { question, folder, models, connection, chatConnection } = setup;
  const nodes = await readNodes(folder);
  const report = new EmbeddingReport(nodes.length);

  // Embeds the texts that are not in the cache, in concurrent batches, at the rate that the limit allows. The cache is
  // shared with `npm start`: the same model and text have the same vector in each framework.
  Settings.embedModel = new TogetherEmbeddings({
    ...connection,
    model: models.embedding,
    cache: await LocalFileStore.fromPath(".cache/start"),
    onEvent: report.onEvent,
  });
  const index = await report.during(VectorStoreIndex.init({ nodes }));

  // Vector search is fast and inexact: it finds 20 candidates. The reranker reads each with the question, and keeps 5.
  Settings.llm = new TogetherChat(models.chat, chatConnection);
  const reranker = new TogetherReranker({ ...connection, model: models.rerank, topN: 5 });
  const search = new SearchReport();
  const engine = index.asQueryEngine({
    similarityTopK: 20,
    nodePostprocessors: [search.candidates, reranker, search.ranked],
  });

  console.log(`\nQuestion: ${question}`);
  const response = await engine.query({ query: question });
  console.log(`\nAnswer: ${extractText(response.message.content)}`);
});
