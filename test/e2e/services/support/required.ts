import { missingServices } from "../../../../examples/support/services/index.js";

const missing = await missingServices();

/** In CI a missing server fails the tests that need it; elsewhere they are left out, and say why. */
export const leftOut = missing.length > 0 && !process.env["CI"];

/** Why tests are left out, to stand behind their title. */
export const why = leftOut ? ` (left out: no ${missing.join(", no ")}; npm run services -- --install)` : "";
