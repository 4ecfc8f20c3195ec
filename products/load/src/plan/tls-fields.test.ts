import { expect, test } from "bun:test";
import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { parseOptions } from "./parse-options.ts";

/** For this test alone: made once with openssl, valid until 2126, the key public from the start. */
const one = {
  cert: `-----BEGIN CERTIFICATE-----
MIIBdjCCARugAwIBAgIUZ4Qwnvq5nV/P2sKxJbiIK0SG1vEwCgYIKoZIzj0EAwIw
DzENMAsGA1UEAwwEdGVzdDAgFw0yNjExMjExMjMyMzNaGA8yMTI2MTAyODEyMzIz
M1owDzENMAsGA1UEAwwEdGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABLzj
LAdvwnQbyxzHgkCWUl3am0TJxhrgbJZY/t9Sq8DRHp788KYefq7Nrx/2HmWM+yHZ
kzjJ+JN2zM4MvDG1ScejUzBRMB0GA1UdDgQWBBRIdyu20wULjDL6IOIcLug2QO0m
DTAfBgNVHSMEGDAWgBRIdyu20wULjDL6IOIcLug2QO0mDTAPBgNVHRMBAf8EBTAD
AQH/MAoGCCqGSM49BAMCA0kAMEYCIQDvD/6xw1UBUyyFh7wbLqZpML1174Qhfxzr
pXs5e5wFeQIhAJ9yHNdiKScCpNaavkAw/dlN7x0twvMMviPg3rtvHnyh
-----END CERTIFICATE-----
`,
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg8fhDNA7p/TQ8wckd
8t1DMIwDI2caHkeiZYHv+qcPg3yhRANCAAS84ywHb8J0G8scx4JAllJd2ptEycYa
4GyWWP7fUqvA0R6e/PCmHn6uza8f9h5ljPsh2ZM4yfiTdszODLwxtUnH
-----END PRIVATE KEY-----
`,
};

const another = generateKeyPairSync("ec", { namedCurve: "P-256" })
  .privateKey.export({ format: "pem", type: "pkcs8" })
  .toString();

const locked = createPrivateKey(one.key)
  .export({ format: "pem", type: "pkcs8", cipher: "aes-256-cbc", passphrase: "secret" })
  .toString();

const read = (certificate: object) =>
  parseOptions("script", { tlsAuth: [certificate] }).options.tlsAuth;

test("a certificate is for all hosts, or for those it names", () => {
  expect(read(one)).toEqual([{ ...one, domains: [], password: undefined }]);
  expect(read({ ...one, domains: ["*.a"] })).toMatchObject([{ domains: ["*.a"] }]);
});

test("a key that is locked is opened with its password", () => {
  const certificate = { cert: one.cert, key: locked, password: "secret" };
  expect(read(certificate)).toMatchObject([certificate]);
});

test.each<[string, object, RegExp]>([
  [
    "no certificate",
    { ...one, cert: "x" },
    /^options\.tlsAuth\.0\.cert: must be a certificate as PEM/,
  ],
  ["no key", { ...one, key: "x" }, /^options\.tlsAuth\.0\.key: must be a private key as PEM/],
  ["another's key", { ...one, key: another }, /\.key: is not the key of this certificate$/],
  [
    "a locked key without a password",
    { ...one, key: locked },
    /\.key: .*its password, if it has one$/,
  ],
  ["a wrong password", { ...one, key: locked, password: "x" }, /\.key: .*its right password$/],
])("%s is refused", (_name, certificate, want) => {
  expect(() => read(certificate)).toThrow(want);
});
