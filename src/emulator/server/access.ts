import type { IncomingHttpHeaders } from "node:http";
import { ApiError } from "../api-error.js";
import { hostNameAlone, hostNameOf, hostNameOfOrigin, isAddress, isLoopback } from "./host-name.js";

/** The options of `listen()` about its clients. */
interface AccessRules {
  readonly host: string;
  readonly cors: boolean;
  readonly allowedHosts: readonly string[];
}

/**
 * Rejects web pages that are not on this machine. The `Origin` header shows a page of another origin. The `Host` header
 * shows a page whose host name was pointed at this machine afterwards (DNS rebinding).
 */
export class Access {
  readonly #cors: boolean;
  readonly #names: ReadonlySet<string | undefined>;
  readonly #isPublic: boolean;

  /** @param address - The address that the server listens on. */
  constructor({ host, cors, allowedHosts }: AccessRules, address: string) {
    this.#cors = cors;
    this.#names = new Set([host, address, ...allowedHosts].map(hostNameAlone));
    this.#isPublic = !isLoopback(hostNameAlone(address) ?? "");
  }

  /** @throws {ApiError} 400 for a malformed request, 403 for one that the options do not allow. */
  check({ host, origin }: IncomingHttpHeaders, target: string): void {
    // Browsers and SDKs send a path. A whole URL is for proxies.
    if (!target.startsWith("/")) throw new ApiError(400, "The target of the request is not a path.");
    if (host !== undefined) this.#checkHost(hostNameOf(host));
    if (origin !== undefined && !this.#allowsOrigin(origin)) {
      throw new ApiError(
        403,
        "The emulator does not serve pages of this origin. Start it with --cors, or with listen({ cors: true }).",
      );
    }
  }

  /** Returns the headers that allow the page of an origin to read a response. */
  corsHeaders(origin: string | undefined): Record<string, string> {
    if (this.#cors) return { "access-control-allow-origin": "*", "access-control-expose-headers": "*" };
    if (origin === undefined) return {};
    return {
      "access-control-allow-origin": origin,
      "access-control-expose-headers": "*",
      vary: "origin",
    };
  }

  #checkHost(hostname: string | undefined): void {
    if (hostname === undefined) throw new ApiError(400, "The Host header is malformed.");
    if (this.#isOwn(hostname)) return;
    // The owner of a name can point it at this machine. An address cannot be redirected.
    if (this.#isPublic && isAddress(hostname)) return;
    throw new ApiError(
      403,
      `The emulator is not the host "${hostname}". Start it with --allowed-hosts ${hostname}, or with listen({ allowedHosts: ["${hostname}"] }).`,
    );
  }

  #allowsOrigin(origin: string): boolean {
    return this.#cors || this.#isOwn(hostNameOfOrigin(origin));
  }

  #isOwn(hostname: string | undefined): boolean {
    return hostname !== undefined && (isLoopback(hostname) || this.#names.has(hostname));
  }
}

/** Returns the headers of the response to a preflight request. */
export function preflight(headers: IncomingHttpHeaders): Record<string, string> {
  return {
    "access-control-allow-methods": "GET, POST",
    // Not `*`, which does not include `authorization`.
    "access-control-allow-headers":
      headers["access-control-request-headers"] ?? "authorization, content-type",
    "access-control-max-age": "600",
  };
}
