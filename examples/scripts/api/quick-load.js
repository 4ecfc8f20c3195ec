// Up to a thousand users in a minute and a half.
import { echo, health, mix, pause, stages, status, trend, within } from "./service.js";

export const options = {
  stages: stages([15, 100], [30, 500], [30, 1000], [15, 0]),
  thresholds: {
    http_req_duration: [within(95, 100), within(99, 200)],
    errors: ["rate<0.01"],
    http_req_failed: ["rate<0.001"],
  },
  summaryTrendStats: trend,
};

export default function () {
  mix([0.4, () => health()], [0.4, () => status()], [0.2, () => echo(50)]);
  pause(0, 50);
}
