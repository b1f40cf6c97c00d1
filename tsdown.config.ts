import { defineConfig } from "tsdown";

export default defineConfig({
  entry: {
    index: "src/index.ts",
    cli: "src/cli.ts",
    "langchain/index": "src/langchain/index.ts",
    "llamaindex/index": "src/llamaindex/index.ts",
    "emulator/index": "src/emulator/index.ts",
  },
  format: ["esm", "cjs"],
  dts: true,
  sourcemap: true,
  target: "node20",
  platform: "neutral",
  fixedExtension: false,
  deps: { neverBundle: [/^node:/] },
  logLevel: "warn",
});
