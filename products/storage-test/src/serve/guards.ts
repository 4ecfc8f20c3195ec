import { createHash, timingSafeEqual } from "node:crypto";
import { authenticate, respondProblem, type Stage } from "@breakwater/service";

/** Lets pass who brings the token as Authorization: Bearer; 401 for everyone else. */
export function tokenGuard(token: string): Stage {
  const wanted = digest(token);
  return authenticate({
    // Of one length and in constant time: how long a refusal takes tells nothing of the token.
    verify: (given) =>
      timingSafeEqual(digest(given), wanted)
        ? { ok: true, claims: { sub: "token" } }
        : { ok: false, reason: "wrong_token" },
  });
}

function digest(text: string): Uint8Array {
  return createHash("sha256").update(text).digest();
}

/**
 * Refuses what another site's page makes a visitor's browser send (Fetch Metadata): a test costs
 * traffic, and a service without a token on this machine is reached by every page one visits.
 */
export const ownPagesOnly: Stage = (next) => (call) => {
  const site = call.request.header("sec-fetch-site");
  if (site === undefined || site === "same-origin" || site === "none") return next(call);
  const detail = "Cannot start a test for a page of another site: use this service's own page";
  return respondProblem(call, { status: 403, code: "cross_site", detail });
};
