import type { Handler } from "@breakwater/server";
import type { Describe } from "../describe-request.ts";

export interface EchoOptions {
  readonly describe: Describe;
}

/** ANY / and every path without a route: the request as JSON. */
export function echo({ describe }: EchoOptions): Handler {
  return async (request) => Response.json(await describe(request, { statusCode: 200 }));
}
