/**
 * From a folder of texts to an answer: embed them, find the 20 nearest passages, rerank those to 5, ask a chat model.
 *
 *     npm start -- "How do I limit how many promises run at the same time?"
 */

import { ContextualCompressionRetriever } from "@langchain/classic/retrievers/contextual_compression";
import { LocalFileStore } from "@langchain/classic/storage/file_system";
import { MemoryVectorStore } from "@langchain/classic/vectorstores/memory";
import { RunnablePassthrough, RunnableSequence } from "@langchain/core/runnables";
import { TogetherEmbeddings, TogetherReranker } from "together-retrieval/langchain";
import { answerWith } from "./answer.js";
import { readPassages } from "./passages.js";
import { runProgram } from "./program.js";
import { EmbeddingReport, SearchReport } from "./report.js";

await runProgram(async ({ question, folder, models, connection, chatConnection }) => {
  const documents = await readPassages(folder);
  const embeddingReport = new EmbeddingReport(documents.length);
  const searchReport = new SearchReport();

  // What was embedded once is read from the cache.
  const embeddings = new TogetherEmbeddings({
    ...connection,
    model: models.embedding,
    cache: await LocalFileStore.fromPath(".cache/start"),
    onEvent: embeddingReport.onEvent,
  });
  const store = await MemoryVectorStore.fromDocuments(documents, embeddings);
  embeddingReport.print();

  // Vector search is quick and coarse: 20 candidates. The reranker reads each of them with the question: the best 5.
  const retriever = new ContextualCompressionRetriever({
    baseRetriever: store.asRetriever(20),
    baseCompressor: new TogetherReranker({ ...connection, model: models.rerank, topN: 5 }),
  });

  const chain = RunnableSequence.from([
    { question: new RunnablePassthrough<string>(), passages: retriever },
    RunnablePassthrough.assign({ answer: answerWith(models.chat, chatConnection) }),
  ]);
  const { passages, answer } = await chain.invoke(question, { callbacks: [searchReport] });
  searchReport.print(passages);
  console.log(`\nAnswer\n${answer}`);
});
