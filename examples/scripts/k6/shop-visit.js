// A visit to a shop, written for k6: nothing in here is ours.
//   bw run examples/scripts/k6/shop-visit.js -e TARGET=http://localhost:8080

import { textSummary } from "https://jslib.k6.io/k6-summary/0.1.0/index.js";
import { check, group, sleep } from "k6";
import http from "k6/http";
import { Counter, Trend } from "k6/metrics";

export const options = {
  stages: [
    { duration: "5s", target: 20 },
    { duration: "10s", target: 20 },
    { duration: "2s", target: 0 },
  ],
  thresholds: {
    http_req_failed: ["rate<0.01"],
    "http_req_duration{name:home}": ["p(95)<200"],
    "group_duration{group:::order}": ["p(95)<500"],
    checks: ["rate>0.99"],
  },
};

const orders = new Counter("orders");
const pictureTime = new Trend("picture_time", true);

export function setup() {
  const home = http.get(`${__ENV.TARGET}/`);
  if (!check(home, { "the shop is open": (r) => r.status === 200 })) {
    throw new Error(`${__ENV.TARGET} answered ${home.status}`);
  }
  return { host: home.json("headers.host") };
}

export default function ({ host }) {
  group("browse", () => {
    const page = http.get(`${__ENV.TARGET}/`, { tags: { name: "home" } });
    check(page, { "the page is the shop's": (r) => r.json("headers.host") === host });
    const pictures = http.batch(
      ["1K", "10K", "100K"].map((size) => ["GET", `${__ENV.TARGET}/bin/${size}`]),
    );
    for (const { timings } of pictures) pictureTime.add(timings.duration);
  });
  sleep(Math.random());
  group("order", () => {
    const headers = { "Content-Type": "application/json" };
    const order = JSON.stringify({ item: 42, visitor: __VU });
    const answer = http.post(`${__ENV.TARGET}/orders`, order, { headers });
    const isTaken = check(answer, {
      "the order was taken": (r) => r.status === 200,
      "it is the one that was sent": (r) => JSON.parse(r.json("body")).visitor === __VU,
    });
    if (isTaken) orders.add(1);
  });
}

// With -e RESULTS=shop-visit.json also as a file.
export function handleSummary(data) {
  const { count, rate } = data.metrics.orders.values;
  const results = { stdout: `${textSummary(data, { indent: " ", enableColors: false })}\n` };
  if (__ENV.RESULTS) results[__ENV.RESULTS] = JSON.stringify({ orders: count, perSecond: rate });
  return results;
}
