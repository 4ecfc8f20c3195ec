import { check, sleep } from "k6";
import http from "k6/http";

export default function () {
  const res = http.get(__ENV.TARGET);
  check(res, { "status is 200": (r) => r.status === 200 });
  sleep(1);
}
