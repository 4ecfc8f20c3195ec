import { toBytes } from "../encoding/to-bytes.ts";
import { childOf, type Der, derTag, readDer, readObjectId, readText } from "./der.ts";
import { type Issuer, type Subject, toIssuer, toSubject } from "./names.ts";
import { type PublicKey, readPublicKey, signatureName } from "./public-key.ts";

/** k6's shape of a certificate. */
export interface Certificate {
  readonly subject: Subject;
  readonly issuer: Issuer;
  /** RFC 3339, in UTC. */
  readonly notBefore: string;
  readonly notAfter: string;
  readonly altNames: readonly string[];
  /** Go's name: "SHA256-RSA". */
  readonly signatureAlgorithm: string;
  /** SHA-1 of the whole certificate. */
  readonly fingerPrint: readonly number[];
  readonly publicKey: PublicKey;
}

/**
 * k6/crypto/x509: the first certificate in PEM (RFC 7468) text or bytes, by RFC 5280. Throws a
 * TypeError for what is none, and for public keys other than RSA, ECDSA and DSA, as k6 does.
 */
export function parse(encoded: unknown): Certificate {
  return read(encoded, (parts) => ({
    subject: toSubject(parts.subject),
    issuer: toIssuer(parts.issuer),
    notBefore: readTime(childOf(parts.validity, 0)),
    notAfter: readTime(childOf(parts.validity, 1)),
    altNames: altNames(parts),
    signatureAlgorithm: signatureName(parts.signatureAlgorithm),
    fingerPrint: [...new Bun.CryptoHasher("sha1").update(parts.whole).digest()],
    publicKey: readPublicKey(parts.publicKey),
  }));
}

/** Names of hosts first, then of mail, addresses and URIs. */
export function getAltNames(encoded: unknown): readonly string[] {
  return read(encoded, altNames);
}

export function getIssuer(encoded: unknown): Issuer {
  return read(encoded, ({ issuer }) => toIssuer(issuer));
}

export function getSubject(encoded: unknown): Subject {
  return read(encoded, ({ subject }) => toSubject(subject));
}

/** RFC 5280, 4.1. */
interface Parts {
  readonly whole: Uint8Array;
  readonly signatureAlgorithm: Der;
  readonly issuer: Der;
  readonly validity: Der;
  readonly subject: Der;
  readonly publicKey: Der;
  readonly extensions: Der | undefined;
}

function read<T>(encoded: unknown, use: (parts: Parts) => T): T {
  const whole = decodePem(encoded);
  try {
    return use(toParts(whole));
  } catch (cause) {
    if (cause instanceof TypeError) throw cause;
    const why = (cause as Error).message;
    throw new TypeError(`Cannot read the certificate: ${why}; give one in PEM`, { cause });
  }
}

function decodePem(encoded: unknown): Uint8Array {
  const text = new TextDecoder().decode(toBytes(encoded ?? "", "read as a certificate"));
  const block = /-----BEGIN ([^-\n]+)-----\r?\n([\s\S]*?)-----END \1-----/.exec(text);
  try {
    // Headers, which encrypted keys have, would not be base64.
    if (block) return Uint8Array.fromBase64(block[2]!);
  } catch {}
  throw new TypeError("Cannot read the certificate: it is not PEM; give -----BEGIN CERTIFICATE…");
}

function toParts(whole: Uint8Array): Parts {
  const [certificate] = readDer(whole);
  if (certificate === undefined) throw new RangeError("it is empty");
  const signed = childOf(certificate, 0, derTag.sequence);
  const fields = readDer(signed.content);
  const hasVersion = fields[0]?.tag === VERSION;
  const field = (place: number): Der => childOf(signed, hasVersion ? place : place - 1);
  return {
    whole,
    signatureAlgorithm: childOf(certificate, 1, derTag.sequence),
    issuer: field(3),
    validity: field(4),
    subject: field(5),
    publicKey: field(6),
    extensions: fields.find(({ tag }) => tag === EXTENSIONS),
  };
}

const VERSION = 0xa0;
const EXTENSIONS = 0xa3;

/** "2026-11-21T12:04:11Z" of RFC 5280's two ways to write a time, 4.1.2.5. */
function readTime(time: Der): string {
  const digits = readText(time);
  const century = time.tag === derTag.utcTime ? (digits < "50" ? "20" : "19") : "";
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(century + digits);
  if (!parts) throw new RangeError(`"${digits}" is no time`);
  const [, year, month, day, hour, minute, second] = parts;
  return `${year}-${month}-${day}T${hour}:${minute}:${second}Z`;
}

const SUBJECT_ALT_NAME = "2.5.29.17";
/** In k6's order: names of hosts, mail addresses, IP addresses, URIs (RFC 5280, 4.2.1.6). */
const generalNames = { dns: 0x82, email: 0x81, ip: 0x87, uri: 0x86 } as const;

function altNames({ extensions }: Parts): string[] {
  if (extensions === undefined) return [];
  const extension = readDer(childOf(extensions, 0).content).find(
    (each) => readObjectId(childOf(each, 0)) === SUBJECT_ALT_NAME,
  );
  if (extension === undefined) return [];
  const value = readDer(extension.content).find(({ tag }) => tag === derTag.octetString);
  const names = value ? readDer(childOf(value, 0).content) : [];
  return Object.values(generalNames).flatMap((tag) =>
    names.filter((name) => name.tag === tag).map(toAltName),
  );
}

function toAltName(name: Der): string {
  if (name.tag !== generalNames.ip) return readText(name);
  if (name.content.length === 4) return name.content.join(".");
  const groups = name.content.toHex().match(/.{4}/g) ?? [];
  return new URL(`http://[${groups.join(":")}]`).hostname.slice(1, -1);
}
