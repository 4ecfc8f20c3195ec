import { check, group, sleep } from "k6";
import http from "k6/http";

const tries = {
  get: () => http.get("http://127.0.0.1:1/"),
  batch: () => http.batch(["http://127.0.0.1:1/"]),
  check: () => check(1, { one: true }),
  group: () => group("g", () => 1),
};
const outcomes = [];
for (const [name, attempt] of Object.entries(tries)) {
  try {
    attempt();
    outcomes.push(`${name} is allowed`);
  } catch (error) {
    outcomes.push(`${name} is refused`);
  }
}
sleep(0.001);
export default function () {
  for (const outcome of outcomes) console.log(outcome);
}
