import { PreparedAnswer } from "@breakwater/http-server";
import type { CallHandler } from "@breakwater/service";
import { jsonFields, respondText } from "../envelope.ts";

const body = '{"message":"pong"}\n';
const answer: PreparedAnswer = new PreparedAnswer({ status: 200, fields: jsonFields, body });

/** Hot path: the least that a request can cost. */
export const ping: CallHandler = (call) =>
  call.request.query === "" ? call.respond(answer) : respondText(call, body);
