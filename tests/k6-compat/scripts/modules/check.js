import { check, group } from "k6";

export const options = { iterations: 2 };

export default function () {
  console.log(
    check(1, { a: (v) => v === 1, b: true, c: "text" }),
    check(1, { a: 0 }),
    check(0, {}),
  );
  console.log(check(null, { d: (v) => v === null, e: () => undefined, f: () => "", g: () => [] }));
  console.log(check("x", { h: (v) => v.length }, { tag: "t" }));
  for (const wrong of [
    () => check(1, { "a::b": true }),
    () => group("x::y", () => 1),
    () => group("n"),
    () => check(1),
    () => check(1, null),
  ]) {
    try {
      console.log(typeof wrong());
    } catch (error) {
      console.log("refused");
    }
  }
  console.log(
    group("returns", () => 5),
    group("", () => "unnamed"),
  );
}
