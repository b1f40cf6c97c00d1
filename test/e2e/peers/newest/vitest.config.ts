import { defineConfig } from "vitest/config";
import base from "../../../../vitest.config.js";
import { peersOf } from "../resolve.js";

/** The contract again, on the newest frameworks and Node.js 22: `npm run test:peers:newest`. */
export default defineConfig({
  ...base,
  plugins: [peersOf({ folder: import.meta.dirname, packages: /^(?:@langchain\/core|ai)(?:\/|$)/ })],
  test: {
    ...base.test,
    include: [
      "test/integration/contract/*.test.ts",
      "test/unit/ai-sdk/*.test.ts",
      "test/unit/langchain/{embeddings,reranker}.test.ts",
      "test/e2e/peers/newest/*.slow.ts",
    ],
  },
});
