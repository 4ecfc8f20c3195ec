export { deleteRun, findLeftRuns, type LeftRun } from "./clean-up.ts";
export { compareResults, comparisonText } from "./compare.ts";
export type { Fields, PlanFlagName, StoreFlagName } from "./flags.ts";
export { parsePlan, parsePrefix } from "./options.ts";
export * from "./plan.ts";
export type { StorageProgress } from "./progress.ts";
export { ProgressLine } from "./progress-line.ts";
export type * from "./result.ts";
export { checkResultFile, readResultFile, writeResultFile } from "./result-file.ts";
export {
  type OpenStore,
  type OpenStoreOptions,
  runStorageTest,
  type StorageIo,
} from "./run-storage-test.ts";
export { noStore, type StorageSettings, storageSettings, storeOpener } from "./settings.ts";
export { StorageTestError, type StorageTestErrorCode } from "./storage-test-error.ts";
export { cleanUpCommand, summaryText } from "./summary.ts";
