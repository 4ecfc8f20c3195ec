export { processArguments } from "./arguments.ts";
export { availableCores } from "./available-cores.ts";
export { environment } from "./environment.ts";
export type { MessageLimits } from "./message-queue.ts";
export { openFileLimit } from "./open-file-limit.ts";
export { type ParentChannel, type ParentChannelOptions, parentChannel } from "./parent-channel.ts";
export { ProcessError, type ProcessErrorCode } from "./process-error.ts";
export { onReloadSignal } from "./reload-signal.ts";
export {
  type SpawnSelfOptions,
  spawnSelf,
  type WorkerExit,
  type WorkerProcess,
} from "./spawn-self.ts";
export { onStopSignals, type StopSignalHandlers } from "./stop-signals.ts";
export { isTerminal, type OutputStream, terminalWidth } from "./terminal.ts";
