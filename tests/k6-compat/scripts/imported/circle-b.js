import { name } from "./circle-a.js";

export const fromB = () => `b saw ${name}`;
