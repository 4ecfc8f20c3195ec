import type { Call } from "@breakwater/service";

const jsonFields = [["content-type", "application/json"]] as const;

/** Answers 200 with the value as JSON. */
export function respondJson(call: Call, value: unknown): void {
  call.respond({ status: 200, fields: jsonFields, body: JSON.stringify(value) });
}
