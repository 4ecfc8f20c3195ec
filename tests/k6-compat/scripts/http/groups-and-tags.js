import { check, group } from "k6";
import http from "k6/http";

export const options = {
  thresholds: {
    "http_reqs{group:::a}": ["count==1"],
    "http_reqs{group:::a::b}": ["count==1"],
    "group_duration{group:::a::b}": ["max<5000"],
    "checks{check:ok}": ["rate==1"],
    "checks{kind:x}": ["rate==1"],
    "http_req_failed{status:404}": ["rate==1"],
  },
};

export default function () {
  const result = group("a", () => {
    http.get(`${__ENV.HTTP}/get`);
    return group("b", () => http.get(`${__ENV.HTTP}/get`).status);
  });
  console.log(result);
  check(
    http.get(`${__ENV.HTTP}/status/404`),
    { ok: ({ status }) => status === 404 },
    { kind: "x" },
  );
}
