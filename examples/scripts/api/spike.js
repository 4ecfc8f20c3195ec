// From a hundred users to five thousand in ten seconds, and back.
import { healthOrBusy, pause, stages, trend, within } from "./service.js";

export const options = {
  stages: stages([30, 100], [10, 5000], [60, 5000], [30, 100], [30, 0]),
  thresholds: { http_req_duration: [within(95, 500)], errors: ["rate<0.01"] },
  summaryTrendStats: trend,
};

export default function () {
  healthOrBusy();
  pause(100, 100);
}
