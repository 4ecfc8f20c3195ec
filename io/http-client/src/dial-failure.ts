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
      return failure("connect_failed", key, reason || messageOf(error));
  }
}

/** Why a TLS handshake leaves us without a connection we may use; undefined when it does not. */
export function handshakeFailure(
  socket: Socket<unknown>,
  { key }: Origin,
  outcome: { ok: boolean; error: Error | null; insecureSkipVerify: boolean },
): Failure | undefined {
  const { ok, error, insecureSkipVerify } = outcome;
  if (ok) return undefined;
  const reason = error === null ? "the handshake failed" : messageOf(error);
  // Without a cipher it did not come to a certificate.
  if (!socket.getCipher()?.name) {
    return failure("tls_failed", key, `${reason}; does the server speak TLS there?`);
  }
  // Bun says false to a name that does not match even when nothing is to be verified.
  if (insecureSkipVerify) return undefined;
  return failure(certificateCodes[codeOf(error)] ?? "tls_certificate", key, reason);
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
