export { type OriginOptions, originDefaults } from "./options.ts";
export { OriginError, type OriginErrorCode } from "./origin-error.ts";
export {
  type OriginEdges,
  type OriginPlaces,
  type RunningOrigin,
  runOrigin,
  type StopOriginOptions,
} from "./run.ts";
export { runOriginWorker } from "./workers/run-worker.ts";
export { type RunningWorkers, runWorkers } from "./workers/run-workers.ts";
