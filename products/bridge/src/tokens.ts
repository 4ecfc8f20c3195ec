import { hash, randomBytes, timingSafeEqual } from "node:crypto";

/** What is kept of a token, and compared: SHA-256 in hexadecimal. */
export function tokenHash(token: string): string {
  return hash("sha256", token, "hex");
}

/** Whether what somebody brought is one of these tokens; takes as long for every wrong one. */
export function tokenCheck(
  ...tokens: readonly (string | undefined)[]
): (given: string | undefined) => boolean {
  const digests = tokens.filter((token) => token !== undefined).map(digestOf);
  return (given) => {
    if (given === undefined) return false;
    const digest = digestOf(given);
    // All are compared, whichever fits.
    return digests.filter((each) => timingSafeEqual(each, digest)).length > 0;
  };
}

/** A client's own secret, made for it: 192 bits. */
export const newToken = (): string => randomBytes(24).toString("base64url");

const digestOf = (token: string): Buffer => hash("sha256", token, "buffer");
