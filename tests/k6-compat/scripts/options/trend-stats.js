// k6: --summary-trend-stats min,p(99.9),count --summary-time-unit us
import { Trend } from "k6/metrics";

const trend = new Trend("my_trend", true);

export const options = { summaryTrendStats: ["avg"] };

export default function () {
  trend.add(5);
}

export function handleSummary({ metrics, options }) {
  console.log(JSON.stringify(metrics.my_trend.values), JSON.stringify(options.summaryTrendStats));
  console.log(options.summaryTimeUnit);
  return {};
}
