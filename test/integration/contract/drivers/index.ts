import { aiSdk } from "./ai-sdk.js";
import { core } from "./core.js";
import type { Driver } from "./driver.js";
import { langchain } from "./langchain.js";
import { llamaindex } from "./llamaindex.js";

/** The contract tests run with each of these drivers. */
export const drivers: readonly Driver[] = [core, langchain, aiSdk, llamaindex];

export type {
  Call,
  Driver,
  EmbeddingsUnderTest,
  Passage,
  RankedPassage,
  RerankerUnderTest,
} from "./driver.js";
