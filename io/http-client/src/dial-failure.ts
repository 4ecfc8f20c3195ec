import { checkServerIdentity } from "node:tls";
import type { Socket } from "bun";
import { HttpClientError } from "./error.ts";
import type { Failure, FailureCode } from "./failure.ts";
import type { Origin } from "./parse-url.ts";

/**
 * What an error on the way to a connection means: from the lookup, from connect, or from Bun
 * refusing its options.
 */
export function dialFailure({ key }: Origin, error: unknown): Failure {
  if (error instanceof HttpClientError) return { code: error.code, message: error.message };
  const reason = codeOf(error);
  switch (reason) {
    // Bun 1.4.5 says so of an unreachable network and of too many open files as well.
    case "ECONNREFUSED":
      return failure("connect_refused", key, "refused; does a server listen there?");
    case "ETIMEDOUT":
      return failure("connect_timeout", key, "no answer");
    case "ERR_BORINGSSL":
      return failure("tls_failed", key, `${messageOf(error)}; check the TLS settings`);
    default:
      // A certificate or key that cannot be read.
      if (reason.startsWith("ERR_OSSL")) {
        return failure("tls_failed", key, `${messageOf(error)}; check tlsAuth`);
      }
      return failure("connect_failed", key, reason || messageOf(error));
  }
}

/** Why a TLS handshake leaves us without a connection we may use; undefined when it does not. */
export function handshakeFailure(
  socket: Socket<unknown>,
  { key, host }: Origin,
  outcome: { ok: boolean; error: Error | null; insecureSkipVerify: boolean },
): Failure | undefined {
  const { ok, error, insecureSkipVerify } = outcome;
  if (ok) return undefined;
  const reason = error === null ? "the handshake failed" : messageOf(error);
  // Without a cipher it did not come to a certificate.
  if (!socket.getCipher()?.name) {
    const code = tlsFailureCode(reason);
    return failure(code, key, `${reason}; ${tlsAdvice[code]}`);
  }
  // Bun says false to a name that does not match even when nothing is to be verified.
  if (insecureSkipVerify) return undefined;
  const code = certificateCodes[codeOf(error)] ?? "tls_certificate";
  // As k6, which looks at the name before it looks at the authority.
  const isOther = code === "tls_unknown_authority" && !isFor(socket, host);
  return failure(isOther ? "tls_hostname" : code, key, reason);
}

/** What BoringSSL says when TLS breaks off. */
export function tlsFailureCode(reason: string): "tls_not_spoken" | "tls_alert" | "tls_failed" {
  if (/WRONG_VERSION_NUMBER|HTTP_REQUEST/.test(reason)) return "tls_not_spoken";
  return reason.includes("ALERT") ? "tls_alert" : "tls_failed";
}

const tlsAdvice = {
  tls_not_spoken: "does the server speak TLS there?",
  tls_alert: "the server refuses, check tlsVersion, tlsCipherSuites and tlsAuth",
  tls_failed: "check the TLS settings",
} as const;

function isFor(socket: Socket<unknown>, host: string): boolean {
  const certificate = socket.getPeerCertificate();
  return certificate === null || checkServerIdentity(host, certificate) === undefined;
}

const certificateCodes: Readonly<Record<string, FailureCode>> = {
  ERR_TLS_CERT_ALTNAME_INVALID: "tls_hostname",
  DEPTH_ZERO_SELF_SIGNED_CERT: "tls_unknown_authority",
  SELF_SIGNED_CERT_IN_CHAIN: "tls_unknown_authority",
  UNABLE_TO_GET_ISSUER_CERT: "tls_unknown_authority",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "tls_unknown_authority",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "tls_unknown_authority",
};

function failure(code: FailureCode, key: string, reason: string): Failure {
  return { code, message: `Cannot connect to ${key}: ${reason}` };
}

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : "";

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
