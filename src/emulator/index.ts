/**
 * Emulates the Together API on this machine, for tests and for trials without an API key.
 *
 * @module
 */

export { createEmulator, type Emulator } from "./emulator.js";
export type { ColdStart } from "./faults/cold-start.js";
export type { Fault, FaultDetails, FaultName } from "./faults/fault.js";
export type { Faults } from "./faults/fault-plan.js";
export type { Outage } from "./faults/outages.js";
export {
  emulatedModels,
  type ChatMessage,
  type EmulatedChatModel,
  type EmulatedEmbeddingModel,
  type EmulatedGpus,
  type EmulatedModel,
  type EmulatedRerankModel,
} from "./models.js";
export type { EmulatorOptions } from "./options.js";
export { seededRandom } from "./random.js";
export type {
  LimitRejection,
  LimitRule,
  RateGrowth,
  RateLimitOptions,
} from "./rate-limit/rate-limit-options.js";
export type { ResetFormat, ResetHeader } from "./rate-limit/reset.js";
export type { EmulatorRequest, EmulatorTotals } from "./request-log.js";
export type { EmulatorServer, ListenOptions } from "./server/server.js";
