import { Counter } from "k6/metrics";

export default function () {
  try {
    new Counter("late");
  } catch (error) {
    console.log("refused");
  }
}
