import { check, group } from "k6";
import { Counter, Trend } from "k6/metrics";
import { sorted } from "../imported/sorted.js";

const counter = new Counter("my_counter");
const trend = new Trend("my_trend");

export const options = {
  iterations: 2,
  thresholds: { my_counter: ["count==4", "count<0"], "my_counter{a:b}": ["count==2"] },
};

export default function () {
  counter.add(1, { a: "b" });
  counter.add(1);
  trend.add(7);
  group("outer", () => {
    check(1, { "is one": (one) => one === 1, "is two": (one) => one === 2 });
    group("inner", () => check(null, { empty: true }));
  });
}

export function handleSummary(data) {
  console.log(sorted(data.root_group));
  console.log(sorted(data.metrics.my_trend), sorted(data.metrics.checks));
  const { rate, ...values } = data.metrics.my_counter.values;
  console.log(sorted(values), rate > 0, sorted(data.metrics.my_counter.thresholds));
  console.log(data.metrics["my_counter{a:b}"].values.count, sorted(data.options));
  console.log(sorted(data.metrics.vus), Object.keys(data.state).sort().join());
  console.log(data.setup_data);
  return {};
}
