import type { Call } from "@breakwater/service";
import type { Field } from "@breakwater/wire";

export interface JsonAnswer {
  readonly status: number;
  readonly body: object;
  readonly fields?: readonly Field[];
}

/** Never kept by caches. */
export function respondJson(call: Call, { status, body, fields = [] }: JsonAnswer): void {
  call.respond({ status, fields: [...jsonFields, ...fields], body: JSON.stringify(body) });
}

const jsonFields: readonly Field[] = [
  ["content-type", "application/json"],
  ["cache-control", "no-store"],
];
