import { SharedArray } from "k6/data";

const tries = {
  "no name": () => new SharedArray("", () => []),
  "no function": () => new SharedArray("a"),
  "not an array": () => new SharedArray("b", () => ({})),
  nothing: () => new SharedArray("c", () => undefined),
  throws: () =>
    new SharedArray("d", () => {
      throw new Error("own");
    }),
  async: () => new SharedArray("e", async () => []),
  "without new": () => SharedArray("f", () => []),
  empty: () => new SharedArray("g", () => []).length,
};
const outcomes = Object.entries(tries).map(([name, attempt]) => {
  try {
    return `${name} ${JSON.stringify(attempt())}`;
  } catch (error) {
    return `${name} refused`;
  }
});
let made = 0;
const shared = new SharedArray("shared", () => {
  made += 1;
  return [made];
});
const same = new SharedArray("shared", () => [99]);

export default function () {
  for (const outcome of outcomes) console.log(outcome);
  console.log(shared[0], same[0]);
  try {
    new SharedArray("late", () => []);
  } catch (error) {
    console.log("too late");
  }
}
