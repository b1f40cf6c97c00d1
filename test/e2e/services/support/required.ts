import { missingServices } from "../../../../examples/support/services/index.js";

const missing = await missingServices();

/** Whether to skip the tests that need a server, because it is not installed. In CI, they run and fail. */
export const isSkipped = missing.length > 0 && !process.env["CI"];

/** The reason why tests are skipped, for their titles. */
export const skipReason = isSkipped
  ? ` (skipped: no ${missing.join(", no ")}; npm run services -- --install)`
  : "";
