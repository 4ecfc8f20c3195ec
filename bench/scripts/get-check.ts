import { check, http } from "breakwater";

export default async function (): Promise<void> {
  const res = await http.get(`${__ENV.TARGET}`);
  check(res, { "status is 200": (r) => r.status === 200 });
}
