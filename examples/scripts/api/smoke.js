// Does it work at all? Ten users for half a minute.
import { health, pause, people, ready, seconds, status, trend, within } from "./service.js";

export const options = {
  vus: people(10),
  duration: seconds(30),
  thresholds: {
    http_req_duration: [within(95, 100), within(99, 200)],
    errors: ["rate<0.01"],
    http_req_failed: ["rate<0.01"],
  },
  summaryTrendStats: trend,
};

export default function () {
  health();
  status();
  ready();
  pause(100, 100);
}
