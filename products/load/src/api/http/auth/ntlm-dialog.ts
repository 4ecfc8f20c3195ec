import { randomBytes } from "node:crypto";
import { readChallenges } from "./challenge.ts";
import type { AuthDialog, Credentials } from "./dialog.ts";
import { authenticateMessage, negotiateMessage, tryReadChallenge } from "./ntlm.ts";

/**
 * NTLM authenticates a connection, not a request (MS-NTHT 1.3): on one that is, nothing is asked.
 * Requests that follow each other use the same connection; of a batch each may have its own.
 */
export function ntlmDialog({ username, password }: Credentials): AuthDialog {
  return {
    tryAnswer: (hop, { head }) => {
      if (head?.status !== 401) return undefined;
      const offered = readChallenges(head).find(
        ({ scheme }) => scheme === "ntlm" || scheme === "negotiate",
      );
      if (!offered) return undefined;
      const scheme = offered.scheme === "ntlm" ? "NTLM" : "Negotiate";
      const sent = hop.authorization ?? undefined;
      if (sent === undefined) return `${scheme} ${negotiateMessage().toString("base64")}`;
      const challenge = tryReadChallenge(Buffer.from(offered.token, "base64"));
      if (!challenge) return undefined;
      const message = authenticateMessage(challenge, {
        username,
        password,
        clientChallenge: randomBytes(8),
        nowMs: Date.now(),
      });
      return `${scheme} ${message.toString("base64")}`;
    },
    isExpectedFirst: (status, usual) => status === 401 || usual,
  };
}
