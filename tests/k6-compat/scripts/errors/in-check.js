import { check } from "k6";

export default function () {
  check(null, {
    fine: () => true,
    throws: () => {
      throw new Error("in a check");
    },
    "not reached": () => true,
  });
  console.log("never");
}
