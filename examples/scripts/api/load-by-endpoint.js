// The same number of users, with an objective for each kind of endpoint.
import { echo, health, mix, pause, stages, status, trend, within } from "./service.js";

export const options = {
  stages: stages([30, 100], [60, 500], [60, 2000], [60, 5000], [60, 10_000], [30, 10_000], [30, 0]),
  thresholds: {
    "http_req_duration{endpoint:health}": [within(95, 200)],
    "http_req_duration{endpoint:api}": [within(95, 200)],
    "http_req_duration{endpoint:heavy}": [within(95, 500)],
    http_req_duration: [within(95, 200), within(99, 500)],
    errors: ["rate<0.001"],
    http_req_failed: ["rate<0.001"],
  },
  summaryTrendStats: trend,
};

export default function () {
  mix([0.4, () => health()], [0.4, () => status()], [0.2, () => echo(100)]);
  pause(0, 100);
}
