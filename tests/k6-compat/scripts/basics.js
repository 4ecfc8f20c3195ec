import { check, fail, group, sleep } from "k6";
import http from "k6/http";

export const options = { vus: 1, iterations: 2 };

let count = 0;

export default function () {
  count += 1;
  const response = http.get(`${__ENV.HTTP}/get?n=${count}`);
  console.log(`${__VU} ${__ITER} ${response.status} ${response.json("args.n")}`);
  const passed = check(response, {
    "status is 200": (r) => r.status === 200,
    "has a body": ({ body }) => body.length > 10,
    "is wrong": () => false,
    "is plain": true,
  });
  console.log(`passed: ${passed}`);
  group("outer", () => {
    group("inner", () => {
      http.get(`${__ENV.HTTP}/status/404`);
    });
    sleep(0.01);
  });
  if (count === 2) fail("the end");
  console.warn("not the end");
}
