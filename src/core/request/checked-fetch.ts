/** Checks the results and errors of a `fetch`: redirects, other objects than a `Response`, and programming errors. */

import type { Fetch } from "../options/options.js";
import { RequestError } from "./request-error.js";
import { thrownFailure } from "./thrown.js";

/** The statuses of a redirect (Fetch standard, 2026). Of the others from 300, 304 and 300 name no other address. */
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/**
 * Wraps a `fetch` so that every failure of it is a {@link RequestError}. A redirect is a failure, because it would send
 * the texts to an address that is not configured.
 *
 * The mode is `"manual"`, because workerd does not support `"error"`. With it, browsers return an opaque response,
 * and Node returns the 3xx.
 *
 * The global `fetch` is looked up per request, so that a later replacement (by a test or a tracer) takes effect.
 */
export function checkedFetch(custom: Fetch | undefined): typeof globalThis.fetch {
  const name = custom ? "your `fetch`" : "the global `fetch`";
  return async (input, init) => {
    // The SDK passes a string, and the client reads only `FetchResponse` of the response.
    const fetch = (custom ?? globalThis.fetch) as typeof globalThis.fetch;
    const headers = init?.headers && Object.fromEntries(new Headers(init.headers));
    const own = { ...init, ...(custom && headers && { headers }), redirect: "manual" } as const;
    const response = await called(name, fetch, input, own);
    if (response.type === "opaqueredirect" || REDIRECTS.has(response.status)) {
      cancel(response);
      throw new RequestError({ kind: "redirect" });
    }
    checkResponse(name, response);
    return response;
  };
}

async function called(
  name: string,
  fetch: typeof globalThis.fetch,
  input: string | URL | Request,
  init: RequestInit,
): Promise<Response> {
  if (typeof fetch !== "function") {
    const fix = "pass the option `fetch`, or use a runtime or a test environment that has one";
    throw new RequestError({ kind: "option", problem: "there is no global `fetch`", fix });
  }
  try {
    return Object(await fetch(input, init)) as Response;
  } catch (error) {
    throw new RequestError(thrownFailure(error, name, false));
  }
}

/** The parts of a response that the SDK and this package use. Mocks often lack some of them. */
const USED: Readonly<Record<string, (response: Response) => boolean>> = {
  status: ({ status }) => Number.isInteger(status) && status >= 200,
  ok: ({ ok }) => typeof ok === "boolean",
  headers: ({ headers }) => typeof headers?.get === "function",
  "text()": (response) => !(response.status >= 400) || typeof response.text === "function",
  "arrayBuffer()": (response) =>
    response.status >= 400 ||
    typeof response.body?.getReader === "function" ||
    typeof response.arrayBuffer === "function",
};

function checkResponse(name: string, response: Response): void {
  const missing = Object.keys(USED).filter((used) => !USED[used]?.(response));
  if (missing.length === 0) return;
  cancel(response);
  const problem = `${name} returned no Response: it has no ${missing.map((used) => `\`${used}\``).join(", ")}`;
  throw new RequestError({
    kind: "option",
    problem,
    fix: "return a Response, such as `Response.json(body)`",
  });
}

/** Without `cancel`, the body is one of node-fetch: a stream of Node. */
function cancel({ body }: Response): void {
  if (typeof body?.cancel === "function") body.cancel().catch(() => {});
}
