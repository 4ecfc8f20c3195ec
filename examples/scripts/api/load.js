// Ten thousand users for ten minutes: every route, in shares.
import {
  echo,
  health,
  listUsers,
  metrics,
  mix,
  pause,
  ready,
  stages,
  trend,
  within,
} from "./service.js";

export { setup } from "./service.js";

export const options = {
  stages: stages([60, 1000], [120, 5000], [120, 10_000], [180, 10_000], [120, 0]),
  thresholds: {
    http_req_duration: [within(95, 200)],
    errors: ["rate<0.001"],
    http_req_failed: ["rate<0.001"],
  },
  summaryTrendStats: trend,
};

export default function (data) {
  mix(
    [0.3, () => health()],
    [0.2, () => ready()],
    [0.2, () => listUsers(data)],
    [0.2, () => echo(100)],
    [0.1, () => metrics(data)],
  );
  pause(50, 150);
}
