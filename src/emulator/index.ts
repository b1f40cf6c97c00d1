/**
 * The Together API on this machine, for tests and for trying things out without a key.
 *
 * @module
 */

export { createEmulator, type Emulator } from "./emulator.js";
export type { Fault, FaultDetails, FaultName, Faults } from "./faults/fault-plan.js";
export type {
  LimitRejection,
  LimitRule,
  RateGrowth,
  RateLimitOptions,
  ResetHeader,
} from "./rate-limit/limiter.js";
export {
  emulatedModels,
  type EmulatedChatModel,
  type EmulatedEmbeddingModel,
  type EmulatedModel,
  type EmulatedRerankModel,
} from "./models.js";
export type { ChatMessage, EmulatorOptions } from "./options.js";
export { seededRandom } from "./random.js";
export type { EmulatorRequest, EmulatorTotals } from "./request-log.js";
export type { EmulatorServer, ListenOptions } from "./server/server.js";
