/** The emulator with a judge at its door: takes its place in other tests, so that all their traffic is judged. */

import { createEmulator as createPlain, type Emulator } from "../../../src/emulator/emulator.js";
import type { EmulatorOptions } from "../../../src/emulator/options.js";
import { decodeBase64 } from "../../../src/core/request/base64.js";
import { complaintsOfAnswer, complaintsOfRequest, type Exchange } from "./judge.js";

export * from "../../../src/emulator/models.js";
export * from "../../../src/emulator/random.js";

/** What was judged since somebody last looked. */
export const verdicts = { requests: 0, answers: 0, complaints: [] as string[] };

export function createEmulator(options: EmulatorOptions = {}): Emulator {
  const emulator = createPlain(options);
  // A spoiled answer is wrong on purpose.
  let spoiled = options.faults !== undefined;
  return {
    ...emulator,
    get inFlight() {
      return emulator.inFlight;
    },
    setFaults(faults) {
      spoiled = faults !== undefined;
      emulator.setFaults(faults);
    },
    fetch: async (input, init) => {
      const exchange = exchangeOf(input, init);
      const body = parsed(init?.body);
      judge(exchange, "request", complaintsOfRequest(exchange, body));
      const answer = await emulator.fetch(input, init);
      if (!spoiled) {
        const answered = inFloats(parsed(await answer.clone().text()));
        judge(exchange, "answer", complaintsOfAnswer(exchange, answer.status, answered));
      }
      return answer;
    },
  };
}

function judge({ method, path }: Exchange, what: "request" | "answer", complaints: readonly string[]): void {
  verdicts[`${what}s`]++;
  verdicts.complaints.push(...complaints.map((complaint) => `${what} of ${method} ${path}: ${complaint}`));
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

/** Base64 is not in the document: what it stands for is judged. */
function inFloats(body: unknown): unknown {
  const { data } = Object(body) as { data?: unknown };
  if (!Array.isArray(data)) return body;
  const items = (data as { embedding?: unknown }[]).map((item) => ({
    ...item,
    embedding: typeof item.embedding === "string" ? [...decodeBase64(item.embedding)!] : item.embedding,
  }));
  return { ...Object(body), data: items };
}
