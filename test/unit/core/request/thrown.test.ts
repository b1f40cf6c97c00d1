import { describe, expect, it, vi } from "vitest";
import { thrownFailure } from "../../../../src/core/request/thrown.js";
import type { TogetherError } from "../../../../src/index.js";
import { bench, rejection } from "../../../support/emulate.js";

const WORKER = "https://github.com/cloudflare/workerd/issues/7195";
const LIST = "https://github.com/sindresorhus/is-network-error (index.js)";

const SENTRY =
  "https://github.com/getsentry/sentry-javascript (browser integration tests of fetch network errors)";
const APPLE = "https://developer.apple.com/documentation/foundation (NSURLErrorNetworkConnectionLost)";

function thrownBy(name: string, message: string, more: object = {}): Error {
  const made = name === "TypeError" ? new TypeError(message) : new Error(message);
  return Object.assign(made, { ...(made.name !== name && { name }), ...more });
}

function fetchFailed(name: string, message: string, code?: string): Error {
  return thrownBy("TypeError", "fetch failed", {
    cause: thrownBy(name, message, code === undefined ? {} : { code }),
  });
}

const withoutStack = (message: string): Error => thrownBy("TypeError", message, { stack: undefined });

/** Platform and situation, the thrown error, its source or the tested version, and the expected part of the message. */
const LOST: [platform: string, thrown: unknown, source: string, detail: string][] = [
  ["Chrome, no connection", thrownBy("TypeError", "Failed to fetch"), LIST, "Failed to fetch"],
  [
    "Chrome, with the host that Sentry adds",
    thrownBy("TypeError", "Failed to fetch (api.together.ai)"),
    SENTRY,
    "Failed to fetch",
  ],
  ["Chrome, in a response", thrownBy("TypeError", "network error"), LIST, "network error"],
  [
    "Firefox, no connection",
    thrownBy("TypeError", "NetworkError when attempting to fetch resource."),
    LIST,
    "NetworkError when attempting",
  ],
  [
    "Firefox, in a response",
    thrownBy("TypeError", "Error in input stream"),
    "https://github.com/CleverCloud/clever-client.js/pull/240",
    "Error in input stream",
  ],
  [
    "Firefox before 2024, in a response",
    thrownBy("TypeError", "Error in body stream"),
    "https://github.com/braid-org/braidjs/issues/15",
    "Error in body stream",
  ],
  [
    "Safari 17",
    thrownBy("TypeError", "Load failed"),
    "https://github.com/axios/axios/issues/6766",
    "Load failed",
  ],
  [
    "Safari 17, with the host that Sentry adds",
    withoutStack("Load failed (api.together.ai)"),
    SENTRY,
    "Load failed",
  ],
  [
    "Safari 16, offline",
    thrownBy("TypeError", "The Internet connection appears to be offline."),
    "https://github.com/skpm/sketch-polyfill-fetch/issues/23",
    "The Internet connection",
  ],
  [
    "Safari 16, lost",
    thrownBy("TypeError", "The network connection was lost."),
    APPLE,
    "The network connection",
  ],
  ["Safari 16, in German", withoutStack("Die Netzwerkverbindung wurde unterbrochen."), LIST, "TypeError"],
  ["React Native and whatwg-fetch", thrownBy("TypeError", "Network request failed"), LIST, "Network request"],
  ["Node 20, refused", fetchFailed("Error", "connect", "ECONNREFUSED"), "Node 20.20, tried", "ECONNREFUSED"],
  [
    "Node 24, unknown host",
    fetchFailed("Error", "getaddrinfo", "ENOTFOUND"),
    "Node 24.21, tried",
    "ENOTFOUND",
  ],
  [
    "undici 7, reset",
    fetchFailed("SocketError", "other side closed", "UND_ERR_SOCKET"),
    "undici 7.30, tried",
    "SocketError UND_ERR_SOCKET",
  ],
  [
    "undici 7, in a response",
    thrownBy("TypeError", "terminated", {
      cause: thrownBy("SocketError", "other side closed", { code: "UND_ERR_SOCKET" }),
    }),
    "undici 7.30, tried",
    "SocketError UND_ERR_SOCKET",
  ],
  [
    "undici 7, connect timeout",
    fetchFailed("ConnectTimeoutError", "Connect Timeout Error", "UND_ERR_CONNECT_TIMEOUT"),
    "https://undici.nodejs.org/#/docs/api/Errors",
    "ConnectTimeoutError UND_ERR_CONNECT_TIMEOUT",
  ],
  [
    "node-fetch 3, reset",
    thrownBy("FetchError", "request to https://… failed, reason: socket hang up", { code: "ECONNRESET" }),
    "node-fetch 3.3, tried",
    "FetchError ECONNRESET",
  ],
  [
    "node-fetch 2, in a response",
    thrownBy("FetchError", "Invalid response body", { code: "ERR_STREAM_PREMATURE_CLOSE" }),
    "node-fetch 2.7 (lib/index.js)",
    "FetchError ERR_STREAM_PREMATURE_CLOSE",
  ],
  [
    "Deno 2.9, refused",
    fetchFailed(
      "Error",
      "error sending request for url (https://…): client error (Connect): tcp connect error",
    ),
    "Deno 2.9.6, tried",
    "fetch failed",
  ],
  [
    "Deno before 2.9, refused",
    thrownBy("TypeError", "error sending request for url (https://…): client error (SendRequest)"),
    "https://github.com/denoland/deno/issues/35612",
    "error sending request",
  ],
  [
    "Deno, in a response",
    thrownBy("TypeError", "error reading a body from connection"),
    "https://github.com/denoland/deno/issues/25992",
    "error reading a body",
  ],
  [
    "Bun 1.4, reset",
    thrownBy("TypeError", "ECONNRESET: The socket connection was closed unexpectedly.", {
      code: "ECONNRESET",
    }),
    "Bun 1.4.5, tried",
    "ECONNRESET",
  ],
  [
    "Bun before 1.3, reset",
    thrownBy("Error", "The socket connection was closed unexpectedly.", { code: "ECONNRESET" }),
    "https://github.com/oven-sh/bun/pull/35855",
    "ECONNRESET",
  ],
  ["workerd", thrownBy("Error", "Network connection lost."), WORKER, "Network connection lost"],
  ["a wrapper that cannot parse JSON", new SyntaxError("Unexpected token <"), "ECMAScript", "SyntaxError"],
  [
    "a timeout of a custom fetch",
    new DOMException("of mine", "TimeoutError"),
    "DOM standard",
    "TimeoutError",
  ],
];

const BAD_CERTIFICATES: [string, unknown, string][] = [
  ...[
    "CERT_HAS_EXPIRED",
    "CERT_NOT_YET_VALID",
    "CERT_REVOKED",
    "DEPTH_ZERO_SELF_SIGNED_CERT",
    "SELF_SIGNED_CERT_IN_CHAIN",
    "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
    "ERR_TLS_CERT_ALTNAME_INVALID",
    "HOSTNAME_MISMATCH",
    "CRL_HAS_EXPIRED",
  ].map((code): [string, unknown, string] => [
    `Node: ${code}`,
    fetchFailed("Error", "of a server", code),
    code,
  ]),
  [
    "Bun",
    thrownBy("TypeError", "self signed certificate", { code: "DEPTH_ZERO_SELF_SIGNED_CERT" }),
    "DEPTH_ZERO_SELF_SIGNED_CERT",
  ],
  [
    "node-fetch",
    thrownBy("FetchError", "request to … failed, reason: certificate has expired", {
      code: "CERT_HAS_EXPIRED",
    }),
    "CERT_HAS_EXPIRED",
  ],
  [
    "Deno",
    fetchFailed("Error", "client error (Connect): invalid peer certificate: Expired"),
    "invalid peer certificate",
  ],
];

const MISTAKES: [string, unknown, string][] = [
  ["a ReferenceError", new ReferenceError("secret is not defined"), "a ReferenceError"],
  ["a RangeError", new RangeError("Maximum call stack size exceeded"), "a RangeError"],
  ["a TypeError", new TypeError("Cannot read properties of undefined (reading 'secret')"), "a TypeError"],
  [
    "Node's ERR_INVALID_URL",
    thrownBy("TypeError", "Invalid URL", { code: "ERR_INVALID_URL" }),
    "a TypeError (ERR_INVALID_URL)",
  ],
  [
    "a ReferenceError as the cause",
    thrownBy("TypeError", "fetch failed", { cause: new ReferenceError("x") }),
    "a ReferenceError",
  ],
  [
    "an Agent of another undici",
    fetchFailed("InvalidArgumentError", "invalid onRequestStart method", "UND_ERR_INVALID_ARG"),
    "an InvalidArgumentError (UND_ERR_INVALID_ARG)",
  ],
];

/** Returns the error of a call whose `fetch` throws, and the number of calls of `fetch`. */
async function call(thrown: unknown, maxRetries: number): Promise<[TogetherError, number]> {
  vi.spyOn(Math, "random").mockReturnValue(0);
  const fetch = vi.fn<() => Promise<Response>>().mockRejectedValue(thrown);
  const error = (await rejection(
    bench().embedder({ fetch, maxRetries }).embed(["a secret"]),
  )) as TogetherError;
  vi.restoreAllMocks();
  return [error, fetch.mock.calls.length];
}

describe("lost connection", () => {
  it.each(LOST)("is retried: %s", async (_, thrown, source, detail) => {
    const [error, calls] = await call(thrown, 1);
    expect(source).not.toBe("");
    expect(error).toMatchObject({ code: "connection_failed", attempts: 2 });
    expect(error.message).toContain(`the connection failed after 2 attempts (${detail});`);
    expect(calls).toBe(2);
  });
});

describe("certificate that is not trusted", () => {
  it.each(BAD_CERTIFICATES)("is not retried: %s", async (_, thrown, detail) => {
    const [error, calls] = await call(thrown, 5);
    expect(error).toMatchObject({ code: "connection_failed", attempts: 1 });
    expect(error.message).toContain(
      `the certificate of https://api.together.ai/v1 is not trusted (${detail});`,
    );
    expect(calls).toBe(1);
  });
});

describe("programming error in a custom fetch", () => {
  it.each(MISTAKES)("is not retried, and shown without its message: %s", async (_, thrown, named) => {
    const [error, calls] = await call(thrown, 5);
    expect(error).toMatchObject({ code: "invalid_option", attempts: 1 });
    expect(error.message).toContain(`your \`fetch\` threw ${named}; catch and log the error inside it`);
    expect(error.message).not.toContain("secret");
    expect(error.cause).toBeUndefined();
    expect(calls).toBe(1);
  });
});

describe("thrownFailure()", () => {
  const throwing = Object.defineProperty({}, "code", {
    get: () => {
      throw new Error("no");
    },
  });

  it.each<[string, unknown, string]>([
    ["a name that is a sentence", thrownBy("the key is k", "x"), "no connection"],
    ["a name that is no error's", thrownBy("sk0123456789", "x"), "no connection"],
    ["a name of 41 letters", thrownBy(`${"A".repeat(36)}Error`, "x"), "no connection"],
    ["a getter that throws", throwing, "no connection"],
    ["a revoked proxy", revoked(), "no connection"],
    ["a name that is a number", thrownBy("Error", "x", { name: 5 }), "no connection"],
  ])("quotes nothing of %s", (_, thrown, detail) => {
    expect(thrownFailure(thrown, "it", true)).toEqual({ kind: "connection", detail, isCut: true });
  });
});

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}
