import { createEmulator } from "together-retrieval/emulator";
import { Misuse } from "../kit/misuse.js";
import type { CommandLine } from "./settings.js";

/** The address of the API, and the model. */
export interface Connection {
  readonly description: string;
  readonly model: string;
  /** The environment variables from which the workers read the address and the key. */
  readonly environment: NodeJS.ProcessEnv;
  close(): Promise<void>;
}

const EMULATED = "BAAI/bge-base-en-v1.5";

/**
 * Connects to Together if there is a key, otherwise to a new emulator on a port.
 *
 * @throws {Misuse} if there is a key but no model.
 */
export async function connectionFor({ apiKey, baseURL, model }: CommandLine): Promise<Connection> {
  if (!apiKey) return emulated(model ?? EMULATED);
  if (!model) {
    throw new Misuse("Cannot run on Together: no model is set; set --model or TOGETHER_EMBEDDING_MODEL");
  }
  return {
    description: `Running on Together at ${baseURL ?? "https://api.together.ai/v1"}.`,
    model,
    environment: { TOGETHER_API_KEY: apiKey, ...(baseURL && { TOGETHER_BASE_URL: baseURL }) },
    close: async () => undefined,
  };
}

async function emulated(model: string): Promise<Connection> {
  // The rate limit shows how the workers share one limit.
  const emulator = createEmulator({
    latency: 50,
    limits: { requestsPerSecond: 10 },
    keepRequests: 0,
    keepBodies: false,
  });
  const server = await emulator.listen();
  return {
    description: "No TOGETHER_API_KEY: running on the emulator, which accepts 10 requests per second.",
    model,
    environment: { TOGETHER_API_KEY: "any", TOGETHER_BASE_URL: server.url },
    close: () => server.close(),
  };
}
