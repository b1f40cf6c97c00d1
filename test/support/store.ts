import type { ByteStore } from "../../src/index.js";

/** A store in memory that counts its calls. */
export class MemoryStore implements ByteStore {
  readonly entries = new Map<string, Uint8Array>();
  reads = 0;
  writes = 0;

  async mget(keys: string[]): Promise<(Uint8Array | undefined)[]> {
    this.reads += 1;
    return keys.map((key) => this.entries.get(key));
  }

  async mset(entries: [string, Uint8Array][]): Promise<void> {
    this.writes += 1;
    for (const [key, value] of entries) this.entries.set(key, value);
  }
}
