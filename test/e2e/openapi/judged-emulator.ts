/** The emulator with validation: replaces the emulator in other tests, and validates all their traffic. */

import { createEmulator as createPlain, type Emulator } from "../../../src/emulator/emulator.js";
import type { EmulatorOptions } from "../../../src/emulator/options.js";
import { decodeBase64 } from "../../../src/core/request/base64.js";
import { errorsInResponse, errorsInRequest, type Exchange } from "./judge.js";

export * from "../../../src/emulator/models.js";
export * from "../../../src/emulator/random.js";

/** Numbers of validated requests and responses, and the errors since the last test. */
export const checked = { requests: 0, responses: 0, errors: [] as string[] };

export function createEmulator(options: EmulatorOptions = {}): Emulator {
  const emulator = createPlain(options);
  // The responses of faults are wrong on purpose.
  let isFaulty = options.faults !== undefined;
  return {
    ...emulator,
    get inFlight() {
      return emulator.inFlight;
    },
    setFaults(faults) {
      isFaulty = faults !== undefined;
      emulator.setFaults(faults);
    },
    fetch: async (input, init) => {
      const exchange = exchangeOf(input, init);
      const body = parsed(init?.body);
      record(exchange, "request", errorsInRequest(exchange, body));
      const response = await emulator.fetch(input, init);
      if (!isFaulty) {
        const floats = inFloats(parsed(await response.clone().text()));
        record(exchange, "response", errorsInResponse(exchange, response.status, floats));
      }
      return response;
    },
  };
}

function record({ method, path }: Exchange, what: "request" | "response", errors: readonly string[]): void {
  checked[`${what}s`]++;
  checked.errors.push(...errors.map((error) => `${what} of ${method} ${path}: ${error}`));
}

function exchangeOf(input: string | URL | Request, init: RequestInit = {}): Exchange {
  const url = input instanceof Request ? input.url : String(input);
  return { path: new URL(url).pathname.replace(/^.*\/v1/, ""), method: init.method ?? "GET" };
}

function parsed(text: unknown): unknown {
  try {
    return JSON.parse(String(text)) as unknown;
  } catch {
    return text;
  }
}

/** Decodes base64 vectors, which are not in the document. */
function inFloats(body: unknown): unknown {
  const { data } = Object(body) as { data?: unknown };
  if (!Array.isArray(data)) return body;
  const items = (data as { embedding?: unknown }[]).map((item) => ({
    ...item,
    embedding: typeof item.embedding === "string" ? [...decodeBase64(item.embedding)!] : item.embedding,
  }));
  return { ...Object(body), data: items };
}
