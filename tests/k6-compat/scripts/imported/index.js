export { default, three, three as renamed } from "./numbers.js";
export * from "./sorted.js";
