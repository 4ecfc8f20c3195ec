import { randomBytes } from "node:crypto";
import { readChallenges } from "./challenge.ts";
import type { AuthDialog, Credentials } from "./dialog.ts";
import { digestAuthorization, isSupported } from "./digest.ts";

/** The first request is sent without a word; the answer's challenge says what the second needs. */
export function digestDialog(credentials: Credentials): AuthDialog {
  return {
    tryAnswer: (hop, { head }) => {
      const isAnswered = hop.authorization?.startsWith("Digest ") ?? false;
      if (head?.status !== 401 || isAnswered) return undefined;
      const challenge = readChallenges(head).find(isSupported);
      return (
        challenge &&
        digestAuthorization(challenge, {
          ...credentials,
          method: hop.method,
          uri: hop.url.parsed.target,
          body: hop.body?.bytes instanceof Uint8Array ? hop.body.bytes : new Uint8Array(),
          clientNonce: randomBytes(16).toString("hex"),
        })
      );
    },
    isExpectedFirst: (status) => status === 401,
  };
}
