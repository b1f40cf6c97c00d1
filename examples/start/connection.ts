import { createEmulator, emulatedModels } from "together-retrieval/emulator";
import { Misuse } from "../kit/misuse.js";
import type { CommandLine } from "./command-line.js";

/** Options that the embeddings, the reranker and Together's SDK have in common. */
export interface Connection {
  readonly apiKey: string;
  readonly baseURL?: string;
  readonly fetch?: typeof globalThis.fetch;
}

/** The models of the three steps, and where they are served. */
export interface Service {
  /** A line about the service for the user. */
  readonly description: string;
  readonly models: Readonly<Record<Role, string>>;
  /** The known models that the endpoints run. */
  readonly baseModels: Readonly<Partial<Record<Role, string | undefined>>>;
  readonly connection: Connection;
  /** The same as `connection`, unless the chat model has another base URL. */
  readonly chatConnection: Connection;
}

type Role = "embedding" | "rerank" | "chat";

const ROLES: readonly Role[] = ["embedding", "rerank", "chat"];

const EMULATED = {
  embedding: "BAAI/bge-large-en-v1.5",
  rerank: "Salesforce/Llama-Rank-V1",
  chat: "meta-llama/Meta-Llama-3.1-8B-Instruct-Turbo",
} as const;

/**
 * Returns Together if there is a key, otherwise the emulator.
 *
 * @throws {Misuse} if there is a key and a model is missing, or if the emulator does not have a model.
 */
export function serviceFor(commandLine: CommandLine, environment: NodeJS.ProcessEnv): Service {
  const apiKey = environment["TOGETHER_API_KEY"] || environment["TOGETHER_AI_API_KEY"];
  const baseURL =
    commandLine["base-url"] ??
    (environment["TOGETHER_BASE_URL"] || environment["TOGETHER_API_BASE"] || undefined);
  const chosen = Object.fromEntries(
    ROLES.map((role) => [role, commandLine[`${role}-model`] ?? (environment[variableOf(role)] || undefined)]),
  ) as Record<Role, string | undefined>;
  if (apiKey) {
    const connection = { apiKey, ...(baseURL && { baseURL }) };
    const chatURL = commandLine["chat-base-url"] ?? (environment["TOGETHER_CHAT_BASE_URL"] || undefined);
    return {
      description: `Running on Together at ${baseURL ?? "https://api.together.ai/v1"}.`,
      models: allNamed(chosen),
      baseModels: {
        embedding:
          commandLine["embedding-base-model"] ?? (environment["TOGETHER_EMBEDDING_BASE_MODEL"] || undefined),
        rerank: commandLine["rerank-base-model"] ?? (environment["TOGETHER_RERANK_BASE_MODEL"] || undefined),
      },
      connection,
      chatConnection: chatURL ? { apiKey, baseURL: chatURL } : connection,
    };
  }
  if (baseURL) {
    throw new Misuse(
      `Cannot use ${baseURL}: there is no API key; set TOGETHER_API_KEY, or omit the address to run on the emulator`,
    );
  }
  return onEmulator(chosen);
}

function onEmulator(chosen: Readonly<Record<Role, string | undefined>>): Service {
  for (const role of ROLES) checkEmulated(role, chosen[role]);
  // The base URL differs from Together's, so that the cache keeps their vectors apart.
  const connection = { apiKey: "any", baseURL: "http://emulator/v1", fetch: createEmulator().fetch };
  return {
    description: "No TOGETHER_API_KEY: running on the emulator. Its models compare words, not meaning.",
    models: {
      embedding: chosen.embedding ?? EMULATED.embedding,
      rerank: chosen.rerank ?? EMULATED.rerank,
      chat: chosen.chat ?? EMULATED.chat,
    },
    baseModels: {},
    connection,
    chatConnection: connection,
  };
}

function checkEmulated(role: Role, model: string | undefined): void {
  if (model === undefined || emulatedModels[model]?.type === role) return;
  const known = Object.keys(emulatedModels).filter((id) => emulatedModels[id]?.type === role);
  throw new Misuse(
    `Cannot use the ${role} model "${model}": the emulator does not have it; set TOGETHER_API_KEY to run on Together, or choose one of ${known.join(", ")}`,
  );
}

function allNamed(chosen: Readonly<Record<Role, string | undefined>>): Record<Role, string> {
  const missing = ROLES.filter((role) => !chosen[role]);
  if (missing.length === 0) return chosen as Record<Role, string>;
  const wanted = missing.map((role) => `--${role}-model (or ${variableOf(role)})`).join(" and ");
  throw new Misuse(
    `Cannot run on Together: no model is set; set ${wanted}. ` +
      "Together serves embedding and rerank models from dedicated endpoints (2026-09): name yours as " +
      '"<project>/<endpoint>", with --embedding-base-model and --rerank-base-model, with --base-url https://api-inference.together.ai/v1, and --chat-base-url ' +
      "https://api.together.ai/v1 for a serverless chat model. Without TOGETHER_API_KEY this runs on the emulator",
  );
}

function variableOf(role: Role): string {
  return `TOGETHER_${role.toUpperCase()}_MODEL`;
}
