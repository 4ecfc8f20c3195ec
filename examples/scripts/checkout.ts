// A shop's visitor: looks at the page, fetches a picture, and orders now and then.
//   bw run examples/scripts/checkout.ts -e TARGET=http://localhost:8080
import { Counter, check, group, http, sleep, Trend } from "breakwater";

export const options = {
  vus: 20,
  duration: "10s",
  thresholds: {
    http_req_failed: ["rate<0.01"],
    http_req_duration: ["p(95)<200"],
    checks: ["rate>0.99"],
  },
};

const orders = new Counter("orders");
const pictureTime = new Trend("picture_time", true);

export async function setup(): Promise<{ session: string }> {
  const home = await http.get(`${__ENV.TARGET}/`);
  check(home, { "the shop is open": (r) => r.status === 200 });
  return { session: "demo" };
}

export default async function (data: { session: string }): Promise<void> {
  await group("browse", async () => {
    const page = await http.get(`${__ENV.TARGET}/`, { headers: { Session: data.session } });
    check(page, { "the page is there": (r) => r.status === 200 });
    const picture = await http.get(`${__ENV.TARGET}/bin/10K`);
    pictureTime.add(picture.timings.duration);
  });
  await sleep(Math.random() * 0.1);
  await group("order", async () => {
    const order = await http.post(`${__ENV.TARGET}/`, JSON.stringify({ item: 42 }), {
      headers: { "Content-Type": "application/json" },
    });
    if (check(order, { "the order was taken": (r) => r.status === 200 })) orders.add(1);
  });
}
