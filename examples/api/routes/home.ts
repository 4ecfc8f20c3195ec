import type { CallHandler } from "@breakwater/service";

const answer = {
  status: 200,
  fields: [["content-type", "application/json"]],
  body: JSON.stringify({ message: "The sample API of Breakwater", status: "/api/status" }),
} as const;

/** The seed's home handler: the least that a request can cost. */
export const home: CallHandler = (call) => call.respond(answer);
