/**
 * The same as `npm start`, built from LlamaIndex's parts: from a folder of texts to an answer.
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

  // Embeds what the cache does not know yet, many texts at once, at the rate that the limit allows. The cache is the
  // one of `npm start`: the same texts by the same model have the same vectors, whatever the framework.
  Settings.embedModel = new TogetherEmbeddings({
    ...connection,
    model: models.embedding,
    cache: await LocalFileStore.fromPath(".cache/start"),
    onEvent: report.onEvent,
  });
  const index = await report.during(VectorStoreIndex.init({ nodes }));

  // Vector search is quick and coarse: 20 candidates. The reranker reads each together with the question: the best 5.
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
