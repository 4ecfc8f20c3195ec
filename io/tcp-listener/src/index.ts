export { tryLibc } from "./libc.ts";
export { listen, type Place } from "./listen.ts";
export { ServerError, type ServerErrorCode } from "./server-error.ts";
