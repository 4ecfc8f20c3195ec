import { randomSeed } from "k6";

export default function () {
  randomSeed(12345);
  console.log([1, 2, 3].map(() => Math.random()).join());
}
