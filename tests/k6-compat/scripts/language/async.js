import { group, sleep } from "k6";
import http from "k6/http";

async function visit(path) {
  console.log(`to ${path}`);
  const { status } = http.get(`${__ENV.HTTP}${path}`);
  await Promise.resolve();
  console.log(`from ${path}`);
  return status;
}

export default async function () {
  console.log((await Promise.all([visit("/status/200"), visit("/status/201")])).join());
  await new Promise((resolve) => setTimeout(resolve, 5));
  sleep(0.001);
  const result = group("g", () => http.get(`${__ENV.HTTP}/get`).status);
  console.log(result);
  await Promise.reject(new Error("rejected")).catch(({ message }) => console.log(message));
}
