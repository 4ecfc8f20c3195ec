import { createHash } from "node:crypto";
import type { Challenge } from "./challenge.ts";
import type { Credentials } from "./dialog.ts";

export interface DigestRequest extends Credentials {
  readonly method: string;
  /** Path and query. */
  readonly uri: string;
  /** For `qop=auth-int`. */
  readonly body: Uint8Array;
  readonly clientNonce: string;
}

/** Names of RFC 7616 6.1 to the hash's here. */
const hashes: ReadonlyMap<string, string> = new Map([
  ["MD5", "md5"],
  ["SHA-256", "sha256"],
  ["SHA-512-256", "sha512-256"],
]);

/** Whether a challenge is one that can be answered here. */
export function isSupported(challenge: Challenge): boolean {
  const { hash } = algorithmOf(challenge);
  const qop = challenge.parameters.get("qop");
  const isKnownQop = qop === undefined || pickQop(qop) !== undefined;
  return challenge.scheme === "digest" && hash !== undefined && isKnownQop;
}

/** The Authorization header that answers a challenge (RFC 7616 3.4, RFC 2069 without `qop`). */
export function digestAuthorization(challenge: Challenge, request: DigestRequest): string {
  const { parameters } = challenge;
  const { name, hash = "md5", isSession } = algorithmOf(challenge);
  const digest = (data: string | Uint8Array): string => createHash(hash).update(data).digest("hex");
  const { username, password, method, uri, clientNonce } = request;
  const realm = parameters.get("realm") ?? "";
  const nonce = parameters.get("nonce") ?? "";
  const qop = pickQop(parameters.get("qop"));
  const secret = digest(`${username}:${realm}:${password}`);
  const first = isSession ? digest(`${secret}:${nonce}:${clientNonce}`) : secret;
  const target = `${method}:${uri}`;
  const second = digest(qop === "auth-int" ? `${target}:${digest(request.body)}` : target);
  const middle = qop === undefined ? nonce : `${nonce}:${NONCE_COUNT}:${clientNonce}:${qop}`;
  const isHashed = parameters.get("userhash")?.toLowerCase() === "true";
  const opaque = parameters.get("opaque");
  return `Digest ${[
    `username=${quoted(isHashed ? digest(`${username}:${realm}`) : username)}`,
    `realm=${quoted(realm)}`,
    `nonce=${quoted(nonce)}`,
    `uri=${quoted(uri)}`,
    `response=${quoted(digest(`${first}:${middle}:${second}`))}`,
    ...(name === undefined ? [] : [`algorithm=${name}`]),
    ...(opaque === undefined ? [] : [`opaque=${quoted(opaque)}`]),
    ...(qop === undefined && !isSession ? [] : [`cnonce=${quoted(clientNonce)}`]),
    ...(qop === undefined ? [] : [`qop=${qop}`, `nc=${NONCE_COUNT}`]),
    ...(isHashed ? ["userhash=true"] : []),
  ].join(", ")}`;
}

/** Each nonce is used once: the first request of a call never carries one, as in k6. */
const NONCE_COUNT = "00000001";

function algorithmOf({ parameters }: Challenge): {
  /** As the server wrote it; undefined when it did not. */
  readonly name: string | undefined;
  readonly hash: string | undefined;
  readonly isSession: boolean;
} {
  const name = parameters.get("algorithm");
  const upper = (name ?? "MD5").toUpperCase();
  const isSession = upper.endsWith("-SESS");
  return { name, hash: hashes.get(isSession ? upper.slice(0, -5) : upper), isSession };
}

/** The simpler of those offered. */
function pickQop(list: string | undefined): "auth" | "auth-int" | undefined {
  const offered = list?.split(",").map((qop) => qop.trim().toLowerCase());
  if (offered?.includes("auth")) return "auth";
  return offered?.includes("auth-int") ? "auth-int" : undefined;
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}
