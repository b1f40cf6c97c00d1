/**
 * The Together API on this machine, for tests and for trying things out without a key.
 *
 * @module
 */

export { createEmulator, type Emulator } from "./emulator.js";
export type { Fault, FaultDetails, FaultName, Faults } from "./faults/fault-plan.js";
export type { LimitRefusal, LimitRule, RateGrowth, RateLimit, ResetHeader } from "./rate-limit/limiter.js";
export {
  emulatedModels,
  type ChatModel,
  type EmbeddingModel,
  type EmulatedModel,
  type RerankModel,
} from "./models.js";
export type { ChatMessage, EmulatorOptions } from "./options.js";
export { seededRandom } from "./random.js";
export type { EmulatorRequest, EmulatorTotals } from "./request-log.js";
export type { EmulatorServer, ListenOptions } from "./server/server.js";
