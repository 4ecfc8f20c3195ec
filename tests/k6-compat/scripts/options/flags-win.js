// k6: -u 2 -i 4 --tag run=x --summary-trend-stats avg,p(99),count
import http from "k6/http";

export const options = {
  vus: 1,
  duration: "10s",
  thresholds: { "http_reqs{run:x}": ["count==4"] },
};

export default function () {
  http.get(`${__ENV.HTTP}/get`);
}

export function handleSummary({ metrics, options }) {
  console.log(
    Object.keys(metrics.http_req_duration.values).sort().join(),
    options.summaryTrendStats.join(),
  );
  return {};
}
