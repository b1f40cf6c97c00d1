import type { DocumentInterface } from "@langchain/core/documents";
import { vi } from "vitest";
import type { Part } from "./pages.js";

/** Variables that the blocks of the pages define. */
export interface Results {
  readonly vectors?: readonly ArrayLike<number>[];
  readonly query?: readonly number[];
  readonly ranked?: readonly DocumentInterface[];
  readonly order?: readonly (number | { readonly index: number })[];
}

let runs = 0;

/**
 * Runs a block of a page unchanged.
 *
 * @param given - The variables that the reader's code defines.
 */
export async function runBlock(
  page: string,
  part: Part,
  given: object,
): Promise<Results & { printed: string[] }> {
  const printed: string[] = [];
  vi.spyOn(console, "log").mockImplementation((...words: unknown[]) => void printed.push(words.join(" ")));
  for (const [name, value] of Object.entries(given)) vi.stubGlobal(name, value);
  // Each number loads a new module.
  const module = (await import(/* @vite-ignore */ `block-${page}.${part}.ts?${runs++}`)) as Results;
  vi.mocked(console.log).mockRestore();
  return { ...module, printed };
}
