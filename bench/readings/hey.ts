import type { Output, Reading } from "../bench.ts";
import { toNumber } from "./to-number.ts";

/** hey prints no total: its responses are the sum of its status codes. */
export function readHey({ stdout }: Output): Reading {
  const [statuses = "", errors = ""] = stdout.split("Error distribution:");
  let requests = 0;
  let lost = 0;
  for (const [, status, count] of statuses.matchAll(/^ {2}\[(\d{3})\]\t(\d+) responses/gm)) {
    requests += Number(count);
    if (!status?.startsWith("2")) lost += Number(count);
  }
  for (const [, count] of errors.matchAll(/^ {2}\[(\d+)\]\t/gm)) lost += Number(count);
  const seconds = /^ {2}Total:\t([\d.]+) secs/m.exec(stdout)?.[1];
  return { requests, seconds: toNumber(seconds, "the total time of hey", stdout), lost };
}
