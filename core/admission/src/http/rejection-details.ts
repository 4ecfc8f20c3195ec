import type { RejectionReason } from "../rejection.ts";

/** Each reason in a sentence for people; programs go by the reason, which stays. */
export const rejectionDetails: Readonly<Record<RejectionReason, string>> = {
  limit: "As many requests are being served as can be",
  queue_full: "As many requests are waiting as may",
  queue_timeout: "The request has waited for as long as it may",
  queue_delay: "Requests wait for too long",
  priority: "More important requests are served first",
  share: "As many requests of this kind or client are being served as may",
  rate: "This client has sent more requests than it may",
  pressure: "The server is short of CPU time or memory",
  draining: "The server is shutting down",
  aborted: "The request was given up",
};
