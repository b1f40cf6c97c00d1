/** Asks a server for its lists. */

import type { Failure } from "../../core/errors/failure.js";
import { describeFailure, failureCode } from "../../core/errors/describe-failure.js";
import { cannot } from "../../core/errors/together-error.js";
import { readErrorBody } from "../../core/request/wire.js";
import { thrownFailure } from "../../core/request/thrown.js";
import { retryAfterMs } from "../../core/request/retry-policy.js";
import type { Connection } from "../../probe/connection.js";
import {
  ConnectionError,
  retryBusy,
  sendRaw,
  TIMEOUT_MS,
  type RawResponse,
} from "../../probe/raw-request.js";
import {
  readEndpoints,
  readModels,
  readProjectId,
  readSupportedModels,
  UnexpectedForm,
  type ListedModel,
  type Page,
  type ProjectEndpoint,
  type SupportedModel,
} from "./lists.js";

/** The requested action; completes the sentence "Cannot ...". */
export const ACTION = "list the models";

/** Together's own addresses, whose lists are not at the host of endpoints (together-ai 0.52, 2026-09). */
const TOGETHER_V1 = "https://api.together.ai/v1";
const TOGETHER_V2 = "https://api.together.ai/v2";

/** More than any list of Together's, in bytes. */
const MAX_LIST_BYTES = 16 * 2 ** 20;
/** Together listed 47 deployable models in 2026-10. */
const PAGE_SIZE = 100;
const MAX_PAGES = 50;

/** Statuses of a server that does not have a list. */
const NOT_LISTED: readonly number[] = [404, 405, 501];

/** Determines whether an address is Together's: a key for it may then be sent to Together's other addresses. */
export function isTogether(baseURL: string): boolean {
  return /(^|\.)together\.(ai|xyz)$/.test(new URL(baseURL).hostname);
}

/** Asks for the models of a server; `undefined` if it does not list them. */
export function askModels(connection: Connection): Promise<ListedModel[] | undefined> {
  return ask(`${connection.baseURL}/models`, connection, readModels);
}

/** Asks for the models that a dedicated endpoint can run; `undefined` if the server does not list them. */
export function askSupportedModels(connection: Connection): Promise<SupportedModel[] | undefined> {
  const { baseURL } = connection;
  const base = isTogether(baseURL) ? TOGETHER_V2 : baseURL;
  return askPages(
    `${base}/supported-models`,
    { product: "PRODUCT_DEDICATED" },
    connection,
    readSupportedModels,
  );
}

/** Asks for the endpoints of the key's project; `undefined` if the server does not list them, or is not Together's. */
export async function askEndpoints(connection: Connection): Promise<ProjectEndpoint[] | undefined> {
  if (!isTogether(connection.baseURL)) return undefined;
  const project = await ask(`${TOGETHER_V1}/whoami`, connection, readProjectId);
  if (project === undefined) return undefined;
  const url = `${TOGETHER_V2}/projects/${encodeURIComponent(project)}/endpoints`;
  return askPages(url, {}, connection, readEndpoints);
}

async function askPages<Item>(
  url: string,
  filter: Readonly<Record<string, string>>,
  connection: Connection,
  read: (body: unknown) => Page<Item>,
): Promise<Item[] | undefined> {
  const items: Item[] = [];
  let after: string | undefined;
  for (let pages = 0; pages < MAX_PAGES; pages++) {
    const query = new URLSearchParams({ ...filter, limit: String(PAGE_SIZE), ...(after && { after }) });
    const page = await ask(`${url}?${query}`, connection, read);
    if (!page) return undefined;
    items.push(...page.items);
    if (page.next === undefined || page.next === after) return items;
    after = page.next;
  }
  throw describe(url, connection, { kind: "invalid", problem: `the list has more than ${MAX_PAGES} pages` });
}

/**
 * Sends a GET and reads the response.
 *
 * @returns `undefined` if the server has no such list.
 * @throws {TogetherError} for every other failure.
 */
async function ask<Value>(
  url: string,
  connection: Connection,
  read: (body: unknown) => Value,
): Promise<Value | undefined> {
  let attempts = 0;
  const send = (): Promise<RawResponse> => {
    attempts += 1;
    return sendRaw(globalThis.fetch, url, connection.apiKey, { maxBytes: MAX_LIST_BYTES });
  };
  const response = await retryBusy(send).catch((error: unknown) => {
    if (!(error instanceof ConnectionError)) throw error;
    throw describe(url, connection, connectionFailure(error), attempts);
  });
  if (NOT_LISTED.includes(response.status)) return undefined;
  const failure = failureOf(response);
  if (failure) throw describe(url, connection, failure, attempts);
  try {
    return read(response.body);
  } catch (error) {
    if (!(error instanceof UnexpectedForm)) throw error;
    const problem = `the server responded with ${error.message}`;
    throw describe(url, connection, { kind: "invalid", problem }, attempts);
  }
}

function connectionFailure({ cause }: ConnectionError): Failure {
  if ((cause as Error).name === "TimeoutError") {
    return { kind: "connection", detail: `no complete response within ${TIMEOUT_MS} ms`, isCut: false };
  }
  return thrownFailure(cause, "sending the request", false);
}

function failureOf({ status, headers, body, problem }: RawResponse): Failure | undefined {
  if (problem !== undefined) return { kind: "invalid", problem };
  if (status >= 200 && status < 300) return undefined;
  if (status < 400) return { kind: "redirect" };
  const waitMs = retryAfterMs(headers, Date.now());
  return { kind: "status", status, body: readErrorBody(body), waitMs, requestId: undefined };
}

function describe(url: string, { apiKey }: Connection, failure: Failure, attempts = 1): Error {
  const [baseURL = url] = url.split("?");
  if (failure.kind === "status" && failureCode(failure) === "server_error") {
    const problem = `${baseURL} responded with ${failure.status}`;
    return cannot("server_error", ACTION, problem, "retry later", { status: failure.status, attempts });
  }
  const context = { task: ACTION, attempts, model: "", baseURL, timeout: TIMEOUT_MS };
  return describeFailure(failure, context, [apiKey]);
}
