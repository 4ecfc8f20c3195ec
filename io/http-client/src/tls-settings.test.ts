import { describe, expect, test } from "bun:test";
import { createPrivateKey } from "node:crypto";
import type { TLSSocket, TlsOptions } from "node:tls";
import { certificates } from "./testing/certificates.ts";
import { exchangeWith, requestTo, testClient } from "./testing/exchange-with.ts";
import { faultServer, okResponse } from "./testing/fault-server.ts";
import { missingCipherSuites, TlsContext, type TlsSettings } from "./tls-settings.ts";

const one = { maxIdlePerOrigin: 1, reuse: true };
const { authority, key, localhost, elsewhere } = certificates;
const trusting: TlsSettings = { insecureSkipVerify: false, ca: authority };
const old: TlsOptions = { minVersion: "TLSv1", maxVersion: "TLSv1.1" };
const aes256 = "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384";

async function spoken(tls: TlsSettings, server: TlsOptions = {}) {
  await using target = await faultServer({
    tls: { cert: localhost, key, ...server },
    onRequest: ({ socket }) => void socket.write(okResponse),
  });
  using client = testClient({ tls: { ...trusting, ...tls } });
  const url = `https://localhost:${target.port}/`;
  const { code, exchange } = await exchangeWith(client.connections(one), requestTo(url));
  return { code, version: exchange.tlsVersion, cipher: exchange.tlsCipher };
}

test.each<[string, Partial<TlsSettings>, TlsOptions, object]>([
  ["the highest version", {}, {}, { version: "tls1.3" }],
  ["no more than the highest allowed", { maxVersion: "tls1.2" }, {}, { version: "tls1.2" }],
  ["an old version only when allowed", { minVersion: "tls1.0" }, old, { version: "tls1.1" }],
  ["no old version by itself", {}, old, { code: "tls_alert" }],
  [
    "no less than the lowest",
    { minVersion: "tls1.3" },
    { maxVersion: "TLSv1.2" },
    { code: "tls_alert" },
  ],
  [
    "the cipher that is chosen",
    { maxVersion: "tls1.2", cipherSuites: [aes256, "TLS_RSA_WITH_RC4_128_SHA"] },
    {},
    { version: "tls1.2", cipher: aes256 },
  ],
  [
    "k6's short name",
    { maxVersion: "tls1.2", cipherSuites: ["TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305"] },
    {},
    { cipher: "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256" },
  ],
  [
    "TLS 1.3 alone when only its ciphers are named",
    { cipherSuites: ["TLS_AES_128_GCM_SHA256"] },
    { maxVersion: "TLSv1.2" },
    { code: "tls_alert" },
  ],
])("%s is spoken", async (_name, tls, server, want) => {
  expect(await spoken({ ...trusting, ...tls }, server)).toMatchObject(want);
});

test.each([
  [["TLS_NONE"], 'Cannot use the cipher suite "TLS_NONE": give an IANA name such as'],
  [
    ["TLS_RSA_WITH_RC4_128_SHA"],
    'Cannot use the cipher suite "TLS_RSA_WITH_RC4_128_SHA": it is too old',
  ],
])("%p is refused", (cipherSuites, message) => {
  expect(() => new TlsContext({ ...trusting, cipherSuites })).toThrow(message);
});

test("what cannot be had can be warned of", () => {
  expect(missingCipherSuites([aes256, "TLS_ECDHE_RSA_WITH_RC4_128_SHA"])).toEqual([
    "TLS_ECDHE_RSA_WITH_RC4_128_SHA",
  ]);
});

describe("a client certificate", () => {
  const mine = { cert: localhost, key };
  const names = async (tls: TlsSettings): Promise<readonly (string | undefined)[]> => {
    const seen: (string | undefined)[] = [];
    await using server = await faultServer({
      tls: { cert: localhost, key, requestCert: true, rejectUnauthorized: false, ca: authority },
      onConnection: (socket) => {
        const { subjectaltname } = (socket as TLSSocket).getPeerCertificate();
        seen.push(subjectaltname?.split(",")[0]);
      },
      onRequest: ({ socket }) => void socket.write(okResponse),
    });
    using client = testClient({ tls });
    for (const host of ["localhost", "127.0.0.1"]) {
      const request = requestTo(`https://${host}:${server.port}/`);
      expect((await exchangeWith(client.connections(one), request)).code).toBeUndefined();
    }
    return seen;
  };

  test("is shown to the hosts that it is for", async () => {
    const other = { cert: elsewhere, key, domains: [] };
    expect(await names(trusting)).toEqual([undefined, undefined]);
    const certificatesFor = [{ ...mine, domains: ["*calhost"] }];
    expect(await names({ ...trusting, certificates: certificatesFor })).toEqual([
      "DNS:localhost",
      undefined,
    ]);
    expect(await names({ ...trusting, certificates: [...certificatesFor, other] })).toEqual([
      "DNS:localhost",
      "DNS:elsewhere.test",
    ]);
  });

  test("may have a key that is encrypted", async () => {
    const pem = createPrivateKey(key).export({
      ...{ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "secret" },
    } as const);
    const encrypted = { cert: localhost, key: pem.toString(), domains: [] };
    const right = [{ ...encrypted, password: "secret" }];
    expect((await names({ ...trusting, certificates: right }))[0]).toBe("DNS:localhost");
    const wrong = [{ ...encrypted, password: "wrong" }];
    expect((await spoken({ ...trusting, certificates: wrong })).code).toBe("tls_failed");
  });

  test("that is none fails the request", async () => {
    const broken = [{ cert: "none", key: "none", domains: [] }];
    expect((await spoken({ ...trusting, certificates: broken })).code).toBe("tls_failed");
  });
});
