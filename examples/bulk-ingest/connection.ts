import { createEmulator } from "together-retrieval/emulator";
import { Misuse } from "../kit/misuse.js";
import type { CommandLine } from "./settings.js";

/** Where the API is, and with which model. */
export interface Connection {
  readonly description: string;
  readonly model: string;
  /** What the workers find it by. */
  readonly environment: NodeJS.ProcessEnv;
  close(): Promise<void>;
}

const EMULATED = "BAAI/bge-base-en-v1.5";

/**
 * Together, with a key; the emulator behind a port, without.
 *
 * @throws {Misuse} if it is not said which model.
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
  // A rate limit, so that something is to be seen of how workers share one.
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
