import { createHash } from "node:crypto";

/** Returns a UUID from a hash of a text. Databases store it in 16 bytes, and most stores accept it as an id. */
export function idOf(text: string): string {
  const hash = createHash("sha256").update(text).digest("hex");
  // Version 8 is for custom hashes (RFC 9562).
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-a${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
}
