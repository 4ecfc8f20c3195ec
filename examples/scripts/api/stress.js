// Up to twenty thousand users: it may get slow and shed, but not fall silent.
import { anyAnswer, pause, stages, trend, within } from "./service.js";

export const options = {
  stages: stages([60, 5000], [120, 10_000], [120, 15_000], [120, 20_000], [60, 0]),
  thresholds: { http_req_duration: [within(95, 1000)], errors: ["rate<0.05"] },
  summaryTrendStats: trend,
};

export default function () {
  anyAnswer();
  pause(50, 50);
}
