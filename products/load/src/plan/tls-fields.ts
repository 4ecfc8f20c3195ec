import { createPrivateKey, X509Certificate } from "node:crypto";
import { z } from "zod";
import { text } from "./fields.ts";
import type { ClientCertificate, TlsVersion } from "./plan.ts";

export interface TlsVersions {
  /** "" for any. */
  readonly min: TlsVersion | "";
  readonly max: TlsVersion | "";
}

const version = z.enum(["", "tls1.0", "tls1.1", "tls1.2", "tls1.3"], {
  error: ({ input }) => `must be tls1.0, tls1.1, tls1.2 or tls1.3, not ${JSON.stringify(input)}`,
});

/** `tlsVersion`: one version, or the oldest and the newest. */
export const tlsVersion: z.ZodType<TlsVersions> = z.preprocess(
  (given) => (typeof given === "string" ? { min: given, max: given } : given),
  z.object(
    { min: version.default(""), max: version.default("") },
    { error: 'must be a version such as "tls1.2", or { min, max }' },
  ),
);

/** Those that k6 knows, by their IANA names. Which of them work is up to the TLS library. */
const cipherSuiteNames = [
  "TLS_RSA_WITH_RC4_128_SHA",
  "TLS_RSA_WITH_3DES_EDE_CBC_SHA",
  "TLS_RSA_WITH_AES_128_CBC_SHA",
  "TLS_RSA_WITH_AES_256_CBC_SHA",
  "TLS_RSA_WITH_AES_128_CBC_SHA256",
  "TLS_RSA_WITH_AES_128_GCM_SHA256",
  "TLS_RSA_WITH_AES_256_GCM_SHA384",
  "TLS_ECDHE_ECDSA_WITH_RC4_128_SHA",
  "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
  "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
  "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256",
  "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
  "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
  "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305",
  "TLS_ECDHE_RSA_WITH_RC4_128_SHA",
  "TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA",
  "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
  "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
  "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
  "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
  "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
  "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305",
  "TLS_AES_128_GCM_SHA256",
  "TLS_AES_256_GCM_SHA384",
  "TLS_CHACHA20_POLY1305_SHA256",
] as const;

export const tlsCipherSuites: z.ZodType<string[]> = z.array(
  z.enum(cipherSuiteNames, {
    error: ({ input }) =>
      "must be the IANA name of a cipher suite, such as TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, " +
      `not ${JSON.stringify(input)}`,
  }),
  { error: 'must be an array such as ["TLS_AES_128_GCM_SHA256"]' },
);

/** `tlsAuth`: PEM texts, in scripts as open() reads them. */
export const tlsAuth: z.ZodType<ClientCertificate[]> = z.array(
  z
    .object({
      domains: z.array(text).default([]),
      cert: text,
      key: text,
      password: text.optional(),
    })
    .transform(({ domains, cert, key, password }, context) => {
      const problem = problemOf(cert, key, password);
      if (problem !== undefined) context.addIssue({ code: "custom", ...problem });
      return { domains, cert, key, password };
    }),
  { error: "must be an array of { domains, cert, key, password }" },
);

interface Problem {
  readonly path: [string];
  readonly message: string;
}

function problemOf(cert: string, key: string, passphrase: string | undefined): Problem | undefined {
  const certificate = tryMake(() => new X509Certificate(cert));
  if (certificate === undefined) {
    return { path: ["cert"], message: "must be a certificate as PEM text; read it with open()" };
  }
  const privateKey = tryMake(() => createPrivateKey({ key, passphrase }));
  if (privateKey === undefined) {
    const how = passphrase === undefined ? "its password, if it has one" : "its right password";
    return { path: ["key"], message: `must be a private key as PEM text, with ${how}` };
  }
  if (certificate.checkPrivateKey(privateKey)) return undefined;
  return { path: ["key"], message: "is not the key of this certificate" };
}

function tryMake<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}
