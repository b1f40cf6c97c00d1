/** Together's SDK, bundled for browsers and workers. See tsdown.config.ts for the reason. */
export { default } from "together-ai";
