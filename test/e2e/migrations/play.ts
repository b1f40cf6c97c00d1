import type { DocumentInterface } from "@langchain/core/documents";
import { vi } from "vitest";
import type { Part } from "./pages.js";

/** What the blocks of the pages leave behind, as far as they do. */
export interface Results {
  readonly vectors?: readonly ArrayLike<number>[];
  readonly query?: readonly number[];
  readonly ranked?: readonly DocumentInterface[];
  readonly order?: readonly (number | { readonly index: number })[];
}

let played = 0;

/** Runs a block as it stands on its page, with what the page says that the reader brings along. */
export async function play(
  page: string,
  part: Part,
  given: object,
): Promise<Results & { printed: string[] }> {
  const printed: string[] = [];
  vi.spyOn(console, "log").mockImplementation((...words: unknown[]) => void printed.push(words.join(" ")));
  for (const [name, value] of Object.entries(given)) vi.stubGlobal(name, value);
  // A number of its own makes a module of its own.
  const module = (await import(/* @vite-ignore */ `block-${page}.${part}.ts?${played++}`)) as Results;
  vi.mocked(console.log).mockRestore();
  return { ...module, printed };
}
