import { STATUS_CODES } from "node:http";
import { type Handler, refuse } from "@breakwater/server";
import type { Describe } from "../describe-request.ts";

export interface StatusOptions {
  readonly describe: Describe;
}

/** ANY /status/:code: that status, with the request as JSON where the status allows a body. */
export function status({ describe }: StatusOptions): Handler<"code"> {
  return async (request, { code }) => {
    if (/^1\d\d$/.test(code)) return refuseInterim(code);
    if (!/^[2-5]\d\d$/.test(code)) return refuseCode(code);
    const statusCode = Number(code);
    if (bodiless.has(statusCode)) return new Response(null, { status: statusCode });
    const description = await describe(request, { statusCode });
    const statusMessage = STATUS_CODES[statusCode] ?? "Unknown Status Code";
    return Response.json({ ...description, status_message: statusMessage }, { status: statusCode });
  };
}

/** RFC 9110, sections 15.3.5, 15.3.6 and 15.4.5: they end with their head. */
const bodiless = new Set([204, 205, 304]);

function refuseCode(code: string): Response {
  const shown = JSON.stringify(code);
  return refuse(
    400,
    `Cannot answer with the status ${shown}: it must be a whole number from 200 to 599`,
  );
}

/** Bun.serve has no way to send an answer before the answer. */
function refuseInterim(code: string): Response {
  return refuse(
    501,
    `Cannot send the interim status ${code}: this server sends final ones only, from 200 to 599`,
  );
}
