import { join } from "node:path";
import type { NextConfig } from "next";

const config: NextConfig = {
  // The package is a link to this repository, and Turbopack reads no file outside its root. Leave this out in your
  // application, where the package is in node_modules.
  turbopack: { root: join(import.meta.dirname, "../..") },
  devIndicators: false,
};

export default config;
