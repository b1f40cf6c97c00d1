import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createEmulator, type EmulatorOptions } from "../../../src/emulator/index.js";
import {
  Embedder,
  type EmbedderOptions,
  type TogetherError,
  type TogetherErrorCode,
} from "../../../src/index.js";
import { rejection } from "../../support/emulate.js";
import { errorCodes } from "../../support/error-codes.js";
import { timed, useVirtualTime } from "../../support/time.js";
import { ROOT } from "./blocks.js";

/** The cause of an error: the server, the options and the texts. */
interface Cause {
  readonly server?: EmulatorOptions;
  readonly options?: Partial<EmbedderOptions>;
  readonly texts?: string[];
}

const CAUSES: Readonly<Record<TogetherErrorCode, Cause>> = {
  invalid_option: { options: { batchsize: 64 } as object },
  missing_api_key: { options: { apiKey: undefined } },
  invalid_input: { texts: ["Rust eats iron.", ""] },
  text_too_long: { server: { longText: "reject" }, texts: ["A chapter. ".repeat(400)] },
  unauthorized: { server: { apiKey: "another" } },
  payment_required: { server: { faults: [{ status: 402 }] } },
  permission_denied: {
    server: { faults: [{ status: 403, message: "This API token has reached its spending limit." }] },
  },
  model_unavailable: { server: { models: {} } },
  not_found: { server: { faults: [{ status: 404 }] } },
  bad_request: {
    server: { faults: [{ status: 400, message: "Unrecognized request arguments supplied: user" }] },
  },
  rate_limited: { server: { faults: [{ status: 429, headers: { "x-ratelimit-reset": "300" } }] } },
  server_error: { server: { faults: () => ({ status: 500 }) } },
  connection_failed: { server: { faults: () => "reset" } },
  timeout: { server: { faults: () => "hang" } },
  redirected: { server: { faults: ["redirect"] } },
  invalid_response: { server: { faults: ["html"] } },
};

const codes = Object.keys(CAUSES) as TogetherErrorCode[];
const page = readFileSync(join(ROOT, "docs/reference/errors.md"), "utf8");

describe("docs/reference/errors.md", () => {
  useVirtualTime();

  it("has a heading for each code, in the order of the list, and no other", () => {
    expect([...page.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading)).toEqual(errorCodes);
    expect(codes).toEqual(errorCodes);
  });

  it.each(codes)("matches the message of %s, which ends with a link to its heading", async (code) => {
    const { message } = await error(CAUSES[code]);
    const end = ` (see together-retrieval/docs/reference/errors.md#${code})`;
    expect(message.slice(-end.length)).toBe(end);
    expect(message.slice(0, -end.length)).toBe(documentedMessage(code));
  });
});

/** Returns the error of a call. */
async function error({ server, options, texts = ["Rust eats iron."] }: Cause): Promise<TogetherError> {
  const call = async (): Promise<unknown> => {
    const { fetch } = createEmulator(server);
    const all = { model: "BAAI/bge-large-en-v1.5", apiKey: "a-key", fetch, ...options };
    return new Embedder(all).embed(texts);
  };
  const ended = rejection(call());
  await timed(ended);
  return (await ended) as TogetherError;
}

/** Returns the message at the start of a code's section, with its lines joined. */
function documentedMessage(code: string): string | undefined {
  const [, text] = page.split(`\n## ${code}\n\n\`\`\`text\n`);
  return text?.split("\n```")[0]?.replaceAll("\n", " ");
}
