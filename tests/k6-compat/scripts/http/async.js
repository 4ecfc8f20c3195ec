import { check } from "k6";
import http from "k6/http";

export default async function () {
  const pending = http.asyncRequest("GET", `${__ENV.HTTP}/get?a=1`);
  console.log(pending instanceof Promise);
  const response = await pending;
  console.log(response.status);
  const both = await Promise.all([
    http.asyncRequest("POST", `${__ENV.HTTP}/post`, "x"),
    http.asyncRequest("GET", `${__ENV.HTTP}/status/404`),
  ]);
  console.log(both.map(({ status }) => status).join());
  check(response, { ok: (r) => r.status === 200 });
  http.asyncRequest("GET", `${__ENV.HTTP}/get`).then((r) => console.log(`later ${r.status}`));
  console.log(http.get(`${__ENV.HTTP}/status/201`).status);
}
