import { Counter, Gauge, Rate, Trend } from "k6/metrics";

const tries = {
  "no name": () => new Counter(),
  "bad name": () => new Counter("a b"),
  "long name": () => new Counter("x".repeat(129)),
  "built-in name, other type": () => new Trend("http_reqs"),
  "built-in name, same type": () => new Counter("http_reqs").name,
  twice: () => [new Rate("my_twice"), new Rate("my_twice")].length,
  "twice with other type": () => new Gauge("my_twice"),
  "twice with other unit": () => [new Trend("my_time", true), new Trend("my_time")],
};
const outcomes = Object.entries(tries).map(([name, attempt]) => {
  try {
    return `${name} ${JSON.stringify(attempt())}`;
  } catch (error) {
    return `${name} refused`;
  }
});
const counter = new Counter("my_values");
const trend = new Trend("my_trend_values");
export default function () {
  for (const outcome of outcomes) console.log(outcome);
  for (const value of [1, -1, "2", "x", null, undefined, NaN, true, {}, [3], ""]) {
    try {
      console.log(String(JSON.stringify(value)), counter.add(value), trend.add(value));
    } catch (error) {
      console.log(String(JSON.stringify(value)), "refused");
    }
  }
  for (const tags of [{ a: 1 }, { a: true }, { a: {} }, { a: null }, null, undefined]) {
    try {
      console.log(JSON.stringify(tags), counter.add(0, tags));
    } catch (error) {
      console.log(JSON.stringify(tags), "refused");
    }
  }
}
