import { fromB } from "./circle-b.js";

export const name = "a";
export const fromA = () => fromB();
