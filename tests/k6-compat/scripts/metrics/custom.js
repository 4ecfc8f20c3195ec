import { Counter, Gauge, Rate, Trend } from "k6/metrics";

const counter = new Counter("my_counter");
const gauge = new Gauge("my_gauge");
const rate = new Rate("my_rate");
const trend = new Trend("my_trend", true);
const silent = new Counter("my_silent");

export const options = {
  iterations: 3,
  thresholds: {
    my_counter: ["count>=3"],
    "my_rate{a:b}": ["rate>0.5"],
    my_trend: ["p(95)<1000", "avg>1"],
    "my_counter{kind:x}": ["count==3"],
  },
};

export default function () {
  console.log(
    counter.name,
    counter.add(1, { kind: "x" }),
    gauge.add(__ITER),
    rate.add(__ITER > 0, { a: "b" }),
    trend.add(12.5),
  );
  console.log(counter.add(2), rate.add(0), rate.add(1), trend.add(true));
  console.log(trend.add(NaN), counter.add(null));
}

export function handleSummary({ metrics }) {
  console.log(metrics.my_silent === undefined, Object.keys(metrics.my_trend.values).sort().join());
  console.log(metrics.my_trend.contains, metrics.my_counter.type, metrics.my_gauge.values.max);
  return {};
}
