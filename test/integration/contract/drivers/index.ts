import { aiSdk } from "./ai-sdk.js";
import { core } from "./core.js";
import type { Driver } from "./driver.js";
import { langchain } from "./langchain.js";
import { llamaindex } from "./llamaindex.js";

/** Whoever is here has to keep every promise of the specification. */
export const drivers: readonly Driver[] = [core, langchain, aiSdk, llamaindex];

export type {
  Call,
  Driver,
  EmbeddingsUnderTest,
  Passage,
  RankedPassage,
  RerankerUnderTest,
} from "./driver.js";
