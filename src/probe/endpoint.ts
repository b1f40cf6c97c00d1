import type { Fetch } from "../core/options/options.js";
import { retryAfterMs } from "../core/request/retry-policy.js";

/** An answer as it came, whatever its status. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  /** The JSON, or `undefined` if it is none. */
  readonly body: unknown;
}

const LONGEST_WAIT_MS = 60_000;
const MOST_TRIES = 4;
const TIMEOUT_MS = 120_000;

/** One address, asked without the care that the package itself takes: to see what it really does. */
export class Endpoint {
  readonly replies: Reply[] = [];
  readonly #url: string;
  readonly #key: string;
  readonly #fetch: Fetch;

  constructor(url: string, key: string, fetch: Fetch) {
    this.#url = url;
    this.#key = key;
    this.#fetch = fetch;
  }

  /** A `fetch` whose answers are kept, for what goes through the package itself. */
  readonly fetch: Fetch = async (input, init) => {
    const response = await this.#fetch(input, init);
    this.replies.push({ status: response.status, headers: response.headers, body: undefined });
    return response;
  };

  /** Asks once; when the answer is a 429 or 503, again after the wait that it names. */
  async ask(path: "/embeddings" | "/rerank", body: object): Promise<Reply> {
    for (let tries = 1; ; tries++) {
      const reply = await this.#send(path, body);
      this.replies.push(reply);
      const busy = reply.status === 429 || reply.status === 503;
      if (!busy || tries === MOST_TRIES) return reply;
      const wait = retryAfterMs(reply.headers, Date.now()) ?? 1000 * 2 ** tries;
      if (wait > LONGEST_WAIT_MS) return reply;
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }

  async #send(path: string, body: object): Promise<Reply> {
    const fetch = this.#fetch;
    const response = await fetch(`${this.#url}${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${this.#key}`, "content-type": "application/json" },
      body: JSON.stringify(body),
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return { status: response.status, headers: response.headers, body: parsed(await response.text()) };
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** A refusal in words: status and code. Its message may quote what was sent, and stays out. */
export function refusal({ status, body }: Reply): string {
  const { error, error_type: type } = Object(body) as { error?: unknown; error_type?: unknown };
  const { code } = Object(error) as { code?: unknown };
  const name = [code, type].find(isName);
  return `refused with ${status}${name === undefined ? "" : ` (${name})`}`;
}

function isName(value: unknown): value is string {
  return typeof value === "string" && /^[\w-]{1,60}$/.test(value);
}

/** A member of something unknown. */
export function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
