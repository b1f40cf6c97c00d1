/**
 * Answers a question from a folder of texts: embeds them, finds the 20 nearest passages, reranks those to 5, and asks a
 * chat model.
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

  // Embeds the texts that are not in the cache, in concurrent batches, at the rate that the limit allows.
  const embeddings = new TogetherEmbeddings({
    ...connection,
    model: models.embedding,
    baseModel: baseModels.embedding,
    cache: await LocalFileStore.fromPath(".cache/start"),
    onEvent: report.onEvent,
  });
  const store = await report.during(MemoryVectorStore.fromDocuments(documents, embeddings));

  // Vector search is fast and inexact: it finds 20 candidates. The reranker reads each with the question, and keeps 5.
  const retriever = new ContextualCompressionRetriever({
    baseRetriever: store.asRetriever(20),
    baseCompressor: new TogetherReranker({
      ...connection,
      model: models.rerank,
      baseModel: baseModels.rerank,
      topN: 5,
    }),
  });

  // The retriever receives the question. Then the chat model receives the question and the passages.
  const chain = RunnableSequence.from([
    { question: new RunnablePassthrough<string>(), passages: retriever },
    answerWith(models.chat, chatConnection),
  ]);
  console.log(`\nQuestion: ${question}`);
  const answer = await chain.invoke(question, { callbacks: [new SearchReport()] });
  console.log(`\nAnswer: ${answer}`);
});
