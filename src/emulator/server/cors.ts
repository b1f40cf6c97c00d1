import type { IncomingHttpHeaders } from "node:http";

/** Lets pages of any origin ask: there is no secret to guard here, and a browser is a client as any other. */
export const CORS = {
  "access-control-allow-origin": "*",
  "access-control-expose-headers": "*",
} as const;

/** The answer to a browser that asks whether it may ask. */
export function preflight(headers: IncomingHttpHeaders): Record<string, string> {
  return {
    ...CORS,
    "access-control-allow-methods": "GET, POST",
    // Not a star: that would leave out `authorization`.
    "access-control-allow-headers":
      headers["access-control-request-headers"] ?? "authorization, content-type",
    "access-control-max-age": "600",
  };
}
