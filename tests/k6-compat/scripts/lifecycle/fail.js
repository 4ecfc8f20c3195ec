import { check, fail } from "k6";

export const options = { iterations: 2 };

export default function () {
  if (!check(__ITER, { "is one": (n) => n === 1 })) fail("is not one");
  console.log("goes on");
}
