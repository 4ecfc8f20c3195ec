import { check, group } from "k6";

export default function () {
  try {
    group("g", () => {
      throw new Error("in a group");
    });
  } catch (error) {
    console.log(error.message);
  }
  check(1, { "group is left": true });
}
