/**
 * From a folder of texts to an answer: embed them, find the 20 nearest passages, rerank those to 5, ask a chat model.
 *
 *     npm start -- "Which errors are retried automatically, and how often?"
 */

import { ContextualCompressionRetriever } from "@langchain/classic/retrievers/contextual_compression";
import { LocalFileStore } from "@langchain/classic/storage/file_system";
import { MemoryVectorStore } from "@langchain/classic/vectorstores/memory";
import { RunnablePassthrough, RunnableSequence } from "@langchain/core/runnables";
import { TogetherEmbeddings, TogetherReranker } from "together-retrieval/langchain";
import { answerWith } from "./answer.js";
import { EmbeddingReport } from "./embedding-report.js";
import { readPassages } from "./passages.js";
import { runProgram } from "./program.js";
import { SearchReport } from "./search-report.js";

await runProgram("npm start", async (service) => {
  const { question, folder, models, baseModels, connection, chatConnection } = service;
  const documents = await readPassages(folder);
  const report = new EmbeddingReport(documents.length);

  // Embeds what the cache does not know yet, many texts at once, at the rate that the limit allows.
  const embeddings = new TogetherEmbeddings({
    ...connection,
    model: models.embedding,
    baseModel: baseModels.embedding,
    cache: await LocalFileStore.fromPath(".cache/start"),
    onEvent: report.onEvent,
  });
  const store = await report.during(MemoryVectorStore.fromDocuments(documents, embeddings));

  // Vector search is quick and coarse: 20 candidates. The reranker reads each together with the question: the best 5.
  const retriever = new ContextualCompressionRetriever({
    baseRetriever: store.asRetriever(20),
    baseCompressor: new TogetherReranker({
      ...connection,
      model: models.rerank,
      baseModel: baseModels.rerank,
      topN: 5,
    }),
  });

  // The question goes to the retriever, and then, with what was found, to the chat model.
  const chain = RunnableSequence.from([
    { question: new RunnablePassthrough<string>(), passages: retriever },
    answerWith(models.chat, chatConnection),
  ]);
  console.log(`\nQuestion: ${question}`);
  const answer = await chain.invoke(question, { callbacks: [new SearchReport()] });
  console.log(`\nAnswer: ${answer}`);
});
