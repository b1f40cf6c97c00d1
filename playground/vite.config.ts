import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const built = (file: string): string => fileURLToPath(new URL(`../dist/${file}`, import.meta.url));

/** Imports of the package load its build. URLs are relative, so that the page works in any folder. */
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
