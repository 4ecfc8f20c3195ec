export { type Asked, type AskOptions, ask, serviceOf } from "./fake-call.ts";
