import type { IncomingHttpHeaders } from "node:http";

/** Response headers that allow pages of any origin: the emulator has no secrets, and browsers are clients too. */
export const CORS = {
  "access-control-allow-origin": "*",
  "access-control-expose-headers": "*",
} as const;

/** Returns the headers of the response to a preflight request. */
export function preflight(headers: IncomingHttpHeaders): Record<string, string> {
  return {
    ...CORS,
    "access-control-allow-methods": "GET, POST",
    // Not `*`, which does not include `authorization`.
    "access-control-allow-headers":
      headers["access-control-request-headers"] ?? "authorization, content-type",
    "access-control-max-age": "600",
  };
}
