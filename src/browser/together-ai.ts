/** Together's SDK for bundlers: tsdown.config.ts says why it comes along. */
export { default } from "together-ai";
