// The same without pauses: what is too much is answered with 503.
import { anyAnswer, stages, trend, within } from "./service.js";

export const options = {
  stages: stages([60, 1000], [120, 5000], [120, 10_000], [120, 15_000], [120, 20_000], [60, 0]),
  thresholds: {
    http_req_duration: [within(95, 1000)],
    errors: ["rate<0.5"],
    backpressure_503: ["rate<=1"],
  },
  summaryTrendStats: trend,
};

export default function () {
  anyAnswer();
}
