import * as k6 from "k6";
import request, { pause, three } from "../imported/numbers.js";

export const options = { scenarios: { one: { executor: "shared-iterations", exec: "named" } } };

export function named() {
  pause(0.001);
  k6.sleep(0.001);
  console.log(request(200), three);
}
