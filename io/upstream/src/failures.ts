import type { FailedForward, ForwardFailure, UnsentFailure } from "./forward-options.ts";

type Told = Pick<FailedForward, "status" | "detail">;

/** RFC 9110 15.6.3 to 15.6.5. */
export const told: Readonly<Record<Exclude<ForwardFailure, "bad_request">, Told>> = {
  full: { status: 503, detail: "Cannot answer: as many requests as may be are at the service" },
  connect: { status: 502, detail: "Cannot answer: the service does not take connections" },
  connect_timeout: {
    status: 504,
    detail: "Cannot answer: the service took too long to connect to",
  },
  head_timeout: { status: 504, detail: "Cannot answer: the service took too long to answer" },
  reset: { status: 502, detail: "Cannot answer: the service closed the connection" },
  bad_answer: { status: 502, detail: "Cannot answer: the service sent what is no HTTP answer" },
  body_cut: { status: 502, detail: "Cannot answer: the service broke off its answer" },
};

export function isUnsent(failure: ForwardFailure): failure is UnsentFailure {
  return failure === "full" || failure === "connect" || failure === "connect_timeout";
}
