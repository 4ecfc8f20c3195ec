import { fail } from "k6";

export function setup() {
  fail("no use");
}
export default function () {
  console.log("never");
}
