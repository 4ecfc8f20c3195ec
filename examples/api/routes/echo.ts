import { type CallHandler, type ReadLimits, readJson } from "@breakwater/service";
import { respondJson } from "../json.ts";

/** Answers with the JSON that it was sent. */
export function echo(limits: ReadLimits): CallHandler {
  return async (call) => {
    const body = await readJson(call, limits);
    if (body.ok) respondJson(call, { echo: body.value, request_id: call.id });
  };
}
