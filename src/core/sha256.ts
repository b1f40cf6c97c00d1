/**
 * SHA-256 by the fastest way at hand. Web Crypto is everywhere, but hands every text to another thread: 10,000 texts
 * cost 200 ms of CPU, and 5 ms with Node's own function (Node 20.20). That one is asked for without being imported, so
 * that this file runs where there is none, and bundlers leave it alone.
 */

/** The hash of each text, in 64 hexadecimal digits. */
export async function sha256(texts: readonly string[]): Promise<string[]> {
  const { process } = globalThis as { process?: NodeProcess };
  const { hash } = process?.getBuiltinModule?.("node:crypto") ?? {};
  return hash ? texts.map((text) => hash("sha256", text)) : Promise.all(texts.map(webSha256));
}

async function webSha256(text: string): Promise<string> {
  const bytes = await globalThis.crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Since Node 20.16; `hash` since 20.12 and 21.7. */
interface NodeProcess {
  readonly getBuiltinModule?: (name: "node:crypto") => NodeCrypto | undefined;
}

interface NodeCrypto {
  readonly hash?: (algorithm: "sha256", text: string) => string;
}
