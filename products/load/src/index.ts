export { apiNames, type ScriptApi } from "./api/api.ts";
export { runWorker } from "./engine/worker-main.ts";
export type { LoadIo } from "./io.ts";
export type { LoadRequest, LoadTarget } from "./request.ts";
export { runLoad } from "./run.ts";
export { version } from "./version.ts";
