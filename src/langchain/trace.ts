/**
 * Traces reranking in LangSmith, below the run of the caller. LangChain opens no run for a document compressor (core
 * 1.2.13, 2026-11).
 */

import type { CallbackManager, Callbacks } from "@langchain/core/callbacks/manager";
import { cannot } from "../core/errors/together-error.js";
import type { TokenUsage } from "../core/events.js";
import type { Reranked } from "../core/rerank/rerank-engine.js";
import { describeType, rerankTask } from "../core/validate-texts.js";

/** A ranking, and the report of its run. */
interface Traced<Result> {
  readonly ranked: readonly Reranked<unknown>[];
  readonly usage: TokenUsage;
  readonly result: Result;
}

const NAME = "TogetherReranker";
const SERIALIZED = { lc: 1, type: "not_implemented" as const, id: ["together-retrieval", "langchain", NAME] };

/** Runs a reranking inside a child run of the callbacks' run. Without callbacks, runs it directly. */
export async function traced<Result>(
  callbacks: Callbacks | undefined,
  model: string,
  query: string,
  documents: readonly unknown[],
  rank: () => Promise<Traced<Result>>,
): Promise<Result> {
  const manager = await managerOf(callbacks, rerankTask(documents, model));
  if (!manager) return (await rank()).result;
  // handleChainStart ignores its metadata argument; the manager's own metadata reaches the run.
  manager.addMetadata({ ls_provider: "together", ls_model_name: model });
  const inputs = { query, model, documents: documents?.length ?? 0 };
  const run = await manager.handleChainStart(
    SERIALIZED,
    inputs,
    undefined,
    undefined,
    undefined,
    undefined,
    NAME,
  );
  try {
    const { ranked, usage, result } = await rank();
    await run.handleChainEnd({ documents: ranked.length, scores: ranked.map(({ score }) => score), usage });
    return result;
  } catch (error) {
    await run.handleChainError(error);
    throw error;
  }
}

/** Copies the manager, so that our metadata is not added to the caller's. Loads LangChain's class only if needed. */
async function managerOf(
  callbacks: Callbacks | undefined,
  task: string,
): Promise<CallbackManager | undefined> {
  if (!callbacks) return undefined;
  if (!Array.isArray(callbacks)) {
    if (typeof callbacks.copy === "function") return callbacks.copy();
    const fix = "pass LangChain's callbacks or undefined; the call's options come after them";
    throw cannot("invalid_option", task, `\`callbacks\` is ${describeType(callbacks)}`, fix);
  }
  if (callbacks.length === 0) return undefined;
  const { CallbackManager } = await import("@langchain/core/callbacks/manager");
  return CallbackManager.configure(callbacks);
}
