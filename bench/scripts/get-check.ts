// @ts-nocheck -- a user's script: `bw` runs it, and provides the module and the globals.
// biome-ignore-all lint/correctness/noUndeclaredDependencies: as above.
import { check, http } from "breakwater";

export default async function (): Promise<void> {
  const res = await http.get(`${__ENV.TARGET}`);
  check(res, { "status is 200": (r) => r.status === 200 });
}
