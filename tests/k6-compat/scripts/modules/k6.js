import { randomSeed, sleep } from "k6";

export const options = { vus: 1, iterations: 2 };

export default function () {
  randomSeed(42);
  const first = [Math.random(), Math.random()];
  randomSeed(42);
  console.log(first.join() === [Math.random(), Math.random()].join(), first[0] < 1);
  const began = Date.now();
  sleep(0.05);
  sleep("0.05");
  sleep(0);
  sleep(-5);
  console.log(Date.now() - began >= 99);
}
