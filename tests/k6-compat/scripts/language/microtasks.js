import { sleep } from "k6";

export default async function () {
  const order = [];
  setTimeout(() => order.push("timer"), 0);
  Promise.resolve().then(() => order.push("micro"));
  order.push("sync");
  await null;
  order.push("after await");
  sleep(0.01);
  order.push("after sleep");
  await new Promise((resolve) => setTimeout(resolve, 5));
  order.push("after timer");
  console.log(order.join());
}
