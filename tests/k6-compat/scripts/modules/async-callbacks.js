import { check, group } from "k6";

export default function () {
  for (const wrong of [
    () => check(1, { p: async () => true }),
    () => group("async", async () => 1),
  ]) {
    try {
      wrong();
      console.log("taken");
    } catch (error) {
      console.log("refused");
    }
  }
}
