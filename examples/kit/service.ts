import { createEmulator, type EmulatorOptions } from "together-retrieval/emulator";
import { Misuse } from "./misuse.js";

/** The options for `Embedder` and `Reranker`, and a line about them for the user. */
export interface Service {
  readonly description: string;
  readonly embedding: ModelAt;
  readonly rerank: ModelAt;
}

/** The options of a constructor: a model, and where it is served. */
export interface ModelAt {
  readonly model: string;
  readonly baseModel?: string | undefined;
  readonly apiKey: string;
  readonly baseURL?: string;
  readonly fetch?: typeof globalThis.fetch;
  readonly batchSize?: number;
  readonly maxConcurrency?: number;
  readonly queryPrefix?: string;
}

const EMULATED = { embedding: "BAAI/bge-large-en-v1.5", rerank: "Salesforce/Llama-Rank-V1" };

/** The emulator that replaces Together if there is no key. */
export interface StandIn extends EmulatorOptions {
  /** The host in its base URL. It must differ from other stand-ins, so that a cache keeps their vectors apart. */
  readonly name?: string;
  readonly description?: string;
  /** The options for a custom `embed`: for example small requests for a slow one. */
  readonly embedding?: Pick<ModelAt, "batchSize" | "maxConcurrency" | "queryPrefix">;
}

/**
 * Returns Together if TOGETHER_API_KEY is set, otherwise the emulator.
 *
 * @throws {Misuse} if there is a key, and a model is not named.
 */
export function serviceFrom(environment: NodeJS.ProcessEnv, standIn: StandIn = {}): Service {
  const apiKey = environment["TOGETHER_API_KEY"] || environment["TOGETHER_AI_API_KEY"];
  if (!apiKey) return emulated(standIn);
  const baseURL = environment["TOGETHER_BASE_URL"] || environment["TOGETHER_API_BASE"];
  const at = (variable: string): ModelAt => ({
    model: named(environment, variable),
    // The known model that the endpoint runs. Without it, queries have no prefix.
    baseModel: environment[variable.replace("_MODEL", "_BASE_MODEL")] || undefined,
    apiKey,
    ...(baseURL && { baseURL }),
  });
  return {
    description: `Running on Together at ${baseURL || "https://api.together.ai/v1"}.`,
    embedding: at("TOGETHER_EMBEDDING_MODEL"),
    rerank: at("TOGETHER_RERANK_MODEL"),
  };
}

function emulated({ name = "emulator", description, embedding, ...options }: StandIn): Service {
  const at = { apiKey: "any", baseURL: `http://${name}/v1`, fetch: createEmulator(options).fetch };
  return {
    description:
      description ?? "No TOGETHER_API_KEY: running on the emulator. Its models compare words, not meaning.",
    embedding: { ...at, model: EMULATED.embedding, ...embedding },
    rerank: { ...at, model: EMULATED.rerank },
  };
}

function named(environment: NodeJS.ProcessEnv, variable: string): string {
  const model = environment[variable];
  if (model) return model;
  throw new Misuse(
    `Cannot run on Together: no model is set; set ${variable} to a model's id or to ` +
      '"<project>/<endpoint>", TOGETHER_EMBEDDING_BASE_MODEL and TOGETHER_RERANK_BASE_MODEL to the known models that ' +
      "run there, and TOGETHER_BASE_URL to where they are served. Without TOGETHER_API_KEY this runs on the emulator",
  );
}
