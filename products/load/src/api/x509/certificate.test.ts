import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { caught, messageOf } from "../../vu/testing/test-user.ts";
import { getAltNames, getIssuer, getSubject, parse } from "./certificate.ts";
// What k6 v2.2.0 gives for the certificates beside it, which openssl made; big numbers as text.
import expected from "./fixtures/k6-certificates.json" with { type: "json" };

type Name = keyof typeof expected;

const readPem = (name: string): string =>
  readFileSync(join(import.meta.dir, "fixtures", `${name}.pem`), "utf8");

/** As the fixture was written: big numbers as text, and no curve, which has methods in k6. */
function comparable(certificate: unknown): unknown {
  return JSON.parse(
    JSON.stringify(certificate, (key, value: unknown) => {
      if (key === "curve") return undefined;
      return typeof value === "bigint" ? String(value) : value;
    }),
  );
}

test.each(["rsa", "ec", "pss", "dsa"] as const)("a certificate %s is read as in k6", (name) => {
  expect(comparable(parse(readPem(name)))).toEqual(expected[name].certificate);
});

test.each(Object.keys(expected) as Name[])("the names in %s are those of k6", (name) => {
  const pem = readPem(name);
  const { altNames, issuer, subject } = expected[name];
  expect([getAltNames(pem), getIssuer(pem), getSubject(pem)]).toEqual([
    altNames,
    issuer,
    subject,
  ] as unknown[] as never);
});

test("an elliptic curve has its name", () => {
  expect(parse(readPem("ec")).publicKey.key).toMatchObject({ curve: { name: "P-256" } });
});

test("bytes do as well as text, and the first of several certificates is taken", () => {
  const both = `Some text\r\n${readPem("rsa")}${readPem("ec")}`;
  const bytes = new TextEncoder().encode(both);
  for (const encoded of [both, bytes, bytes.buffer]) {
    expect(getSubject(encoded).commonName).toBe("excouncil.zz");
  }
});

const wrapped = (base64: string) =>
  `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`;

test.each<[string, unknown, string]>([
  ["text", "x", "Cannot read the certificate: it is not PEM"],
  ["nothing", undefined, "Cannot read the certificate: it is not PEM"],
  ["no base64", wrapped("§"), "Cannot read the certificate: it is not PEM"],
  [
    "zeros",
    wrapped("AAAA"),
    "Cannot read the certificate: it ends within a value; give one in PEM",
  ],
  ["an empty one", wrapped(""), "Cannot read the certificate: it is empty"],
  ["a number", 5, "Cannot read as a certificate 5: give text, an ArrayBuffer or a Uint8Array"],
])("%s is refused", async (_name, encoded, message) => {
  expect(messageOf(await caught(() => parse(encoded)))).toStartWith(message);
});

test("a public key of another kind is refused, as in k6", () => {
  expect(() => parse(readPem("ed"))).toThrow(
    "Cannot read the certificate's public key of kind 1.3.101.112: RSA, ECDSA and DSA are known",
  );
});

test("a certificate that is damaged anywhere is read or refused, never worse", () => {
  const base64 = readPem("rsa").split("\n").slice(1, -2).join("");
  const whole = Uint8Array.fromBase64(base64);
  fc.assert(
    fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length), (at, byte, length) => {
      const damaged = whole.slice(0, length);
      damaged[at] = byte;
      let error: unknown;
      try {
        parse(wrapped(damaged.toBase64()));
      } catch (thrown) {
        error = thrown;
      }
      expect(error === undefined || error instanceof TypeError).toBe(true);
    }),
    { numRuns: 500 },
  );
});
