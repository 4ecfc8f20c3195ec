import { PreparedAnswer } from "@breakwater/http-server";
import type { ServiceRoutes } from "@breakwater/service";
import { openapiDocument } from "./openapi-document.ts";

/** GET /openapi.json: what the service answers, for programs. */
export function openapiRoutes(): ServiceRoutes {
  const answer = new PreparedAnswer({
    status: 200,
    fields: [
      ["content-type", "application/json; charset=UTF-8"],
      ["cache-control", "no-cache"],
    ],
    body: `${JSON.stringify(openapiDocument)}\n`,
  });
  return { "GET /openapi.json": (call) => call.respond(answer) };
}
