export { type Handler, refuse } from "./handler.ts";
export type { ParamOf, Routes } from "./routes.ts";
export {
  type Answer,
  type RunningServer,
  type ServeLimits,
  type ServeOptions,
  type StopOptions,
  serve,
} from "./serve.ts";
export { ServerError, type ServerErrorCode } from "./server-error.ts";
