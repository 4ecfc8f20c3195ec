/** The parts of the kit's chain, in its order; each is measured together with those before it. */
export const steps = [
  { name: "bare", what: "a handler on io/http-server" },
  { name: "call", what: "route, request id, fields of stages, panic isolation" },
  { name: "log", what: "a line of JSON per answer, to a file" },
  { name: "metrics", what: "counts and durations by route, method and status; active users" },
  { name: "security headers", what: "eight fields" },
  { name: "CORS", what: "an Origin that is allowed" },
  { name: "rate limit", what: "by address, in memory; its two fields" },
  { name: "body and time limit", what: "413 and 503; no timer of its own" },
  { name: "admission", what: "ccu, 5,000 at 67 %" },
  { name: "token (HS256)", what: "one that was seen before" },
  { name: "compression", what: "of an answer too small for it" },
] as const;
