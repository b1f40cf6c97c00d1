import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const built = (file: string): string => fileURLToPath(new URL(`../dist/${file}`, import.meta.url));

/** The package as it is built, found by its name. Relative addresses, so that the page can lie in any folder. */
export default defineConfig({
  base: "./",
  resolve: {
    alias: [
      { find: /^together-retrieval$/, replacement: built("index.js") },
      { find: /^together-retrieval\/emulator$/, replacement: built("emulator/index.js") },
    ],
  },
  server: { host: "127.0.0.1" },
  preview: { host: "127.0.0.1" },
});
