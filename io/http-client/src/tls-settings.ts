import type { TLSOptions } from "bun";
import { HttpClientError } from "./error.ts";
import { matchesPattern } from "./host-pattern.ts";

/** k6's names. */
export type TlsVersion = "tls1.0" | "tls1.1" | "tls1.2" | "tls1.3";

/** A client certificate and where it is shown. PEM. */
export interface ClientCertificate {
  /** Names and `*.name` patterns; empty for every host. */
  readonly domains: readonly string[];
  readonly cert: string;
  readonly key: string;
  readonly password?: string | undefined;
}

export interface TlsSettings {
  /** Takes any certificate. */
  readonly insecureSkipVerify: boolean;
  /** PEM; instead of the authorities that the system trusts. */
  readonly ca?: string | undefined;
  /** TLS 1.2 when left out, as in k6. */
  readonly minVersion?: TlsVersion | undefined;
  readonly maxVersion?: TlsVersion | undefined;
  /**
   * IANA's names, for TLS 1.2 and before; empty for the usual ones. Those of TLS 1.3 cannot be
   * chosen, as in k6: where there are no others, TLS 1.3 is asked for.
   */
  readonly cipherSuites?: readonly string[] | undefined;
  readonly certificates?: readonly ClientCertificate[] | undefined;
}

/** What TLS is set up with, which BoringSSL keeps for each host. */
export class TlsContext {
  readonly insecureSkipVerify: boolean;
  readonly ca: string | undefined;
  readonly certificates: readonly ClientCertificate[];
  readonly #shared: TLSOptions;

  /** @throws HttpClientError `tls_failed` for a cipher suite that is not known, or none usable */
  constructor(settings: TlsSettings) {
    const { insecureSkipVerify, ca, certificates = [], cipherSuites = [] } = settings;
    this.insecureSkipVerify = insecureSkipVerify;
    this.ca = ca;
    this.certificates = certificates;
    const { ciphers, isTls13Alone } = toCiphers(cipherSuites);
    const { minVersion = isTls13Alone ? "tls1.3" : undefined, maxVersion } = settings;
    this.#shared = {
      rejectUnauthorized: !insecureSkipVerify,
      ...(ca !== undefined && { ca }),
      ...(ciphers !== undefined && { ciphers }),
      ...versions(minVersion, maxVersion),
    };
  }

  /** `alpn` in wire format (RFC 7301 3.1); as text Bun 1.4.5 ignores it. */
  optionsFor(host: string, serverName: string, alpn: Uint8Array | undefined): TLSOptions {
    const certificate = this.certificates.find(
      ({ domains }) => domains.length === 0 || domains.some((one) => matchesPattern(one, host)),
    );
    return {
      ...this.#shared,
      serverName,
      ...(alpn !== undefined && { ALPNProtocols: alpn }),
      ...(certificate && {
        cert: certificate.cert,
        key: certificate.key,
        ...(certificate.password !== undefined && { passphrase: certificate.password }),
      }),
    };
  }
}

/** Bun wants the protocol's numbers, which its types do not have yet. */
function versions(min: TlsVersion | undefined, max: TlsVersion | undefined): object {
  return {
    ...(min !== undefined && { minVersion: versionNumbers[min] }),
    ...(max !== undefined && { maxVersion: versionNumbers[max] }),
  };
}

const versionNumbers: Readonly<Record<TlsVersion, number>> = {
  "tls1.0": 0x0301,
  "tls1.1": 0x0302,
  "tls1.2": 0x0303,
  "tls1.3": 0x0304,
};

/** OpenSSL's "TLSv1.3" as k6 writes it: "tls1.3". */
export function k6TlsVersion(version: string): string {
  return version === "TLSv1" ? "tls1.0" : version.replace("TLSv", "tls");
}

/** What k6 knows and BoringSSL does not have (seen on Bun 1.4.5). */
const missing: ReadonlySet<string> = new Set([
  "TLS_RSA_WITH_RC4_128_SHA",
  "TLS_ECDHE_ECDSA_WITH_RC4_128_SHA",
  "TLS_ECDHE_RSA_WITH_RC4_128_SHA",
  "TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA",
  "TLS_RSA_WITH_AES_128_CBC_SHA256",
]);

/** By k6's names, which are IANA's but for two. */
const available: ReadonlyMap<string, string> = new Map([
  ...[
    "TLS_RSA_WITH_3DES_EDE_CBC_SHA",
    "TLS_RSA_WITH_AES_128_CBC_SHA",
    "TLS_RSA_WITH_AES_256_CBC_SHA",
    "TLS_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
    "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
    "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
    "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
    "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
  ].map((name): [string, string] => [name, name]),
  ["TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305", "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"],
  ["TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305", "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"],
]);

const ofTls13: ReadonlySet<string> = new Set([
  "TLS_AES_128_GCM_SHA256",
  "TLS_AES_256_GCM_SHA384",
  "TLS_CHACHA20_POLY1305_SHA256",
]);

/** Those of the names that k6 knows and that cannot be had here: something to warn of. */
export function missingCipherSuites(names: readonly string[]): readonly string[] {
  return names.filter((name) => missing.has(name));
}

function toCiphers(names: readonly string[]): {
  readonly ciphers: string | undefined;
  readonly isTls13Alone: boolean;
} {
  const unknown = names.find(
    (one) => !available.has(one) && !missing.has(one) && !ofTls13.has(one),
  );
  if (unknown !== undefined) {
    throw refusal(unknown, "give an IANA name such as TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");
  }
  const usable = names.flatMap((name) => available.get(name) ?? []);
  if (usable.length > 0) return { ciphers: usable.join(":"), isTls13Alone: false };
  const isTls13Alone = names.some((name) => ofTls13.has(name));
  if (names.length > 0 && !isTls13Alone) {
    throw refusal(names.join(", "), "it is too old to be supported, add another");
  }
  return { ciphers: undefined, isTls13Alone };
}

const refusal = (name: string, advice: string): HttpClientError =>
  new HttpClientError("tls_failed", `Cannot use the cipher suite "${name}": ${advice}`);
