import {
  childOf,
  type Der,
  readBits,
  readDer,
  readInteger,
  readObjectId,
  toBigInt,
} from "./der.ts";

export type PublicKey =
  | { readonly algorithm: "RSA"; readonly key: { readonly n: bigint; readonly e: number } }
  | { readonly algorithm: "ECDSA"; readonly key: EcKey }
  | { readonly algorithm: "DSA"; readonly key: DsaKey };

interface EcKey {
  readonly curve: { readonly name: string };
  readonly x: bigint;
  readonly y: bigint;
}

interface DsaKey {
  readonly p: bigint;
  readonly q: bigint;
  readonly g: bigint;
  readonly y: bigint;
}

/** RFC 5280, 4.1.2.7, with the keys of RFC 3279 and 5480. */
export function readPublicKey(info: Der): PublicKey {
  const algorithm = childOf(info, 0);
  const id = readObjectId(childOf(algorithm, 0));
  const bits = readBits(childOf(info, 1));
  switch (id) {
    case "1.2.840.113549.1.1.1": {
      const [n, e] = integersIn(readDer(bits)[0]);
      return { algorithm: "RSA", key: { n: n!, e: Number(e) } };
    }
    case "1.2.840.10045.2.1":
      return { algorithm: "ECDSA", key: toEcKey(readObjectId(childOf(algorithm, 1)), bits) };
    case "1.2.840.10040.4.1": {
      const [p, q, g] = integersIn(childOf(algorithm, 1));
      return { algorithm: "DSA", key: { p: p!, q: q!, g: g!, y: readInteger(readDer(bits)[0]!) } };
    }
    default:
      throw new TypeError(
        `Cannot read the certificate's public key of kind ${id}: RSA, ECDSA and DSA are known`,
      );
  }
}

function integersIn(sequence: Der | undefined): bigint[] {
  if (sequence === undefined) throw new RangeError("its public key is empty");
  return readDer(sequence.content).map(readInteger);
}

const UNCOMPRESSED = 0x04;

/** SEC 1, 2.3.4. */
function toEcKey(curve: string, bits: Uint8Array): EcKey {
  if (bits[0] !== UNCOMPRESSED) throw new RangeError("its public key is compressed");
  const half = (bits.length - 1) / 2;
  return {
    curve: { name: curveNames[curve] ?? curve },
    x: toBigInt(bits.subarray(1, 1 + half)),
    y: toBigInt(bits.subarray(1 + half)),
  };
}

const curveNames: Readonly<Record<string, string>> = {
  "1.3.132.0.33": "P-224",
  "1.2.840.10045.3.1.7": "P-256",
  "1.3.132.0.34": "P-384",
  "1.3.132.0.35": "P-521",
};

const RSA_PSS = "1.2.840.113549.1.1.10";

/** The name that Go gives to an algorithm, which is what k6 shows. */
export function signatureName(algorithm: Der): string {
  const id = readObjectId(childOf(algorithm, 0));
  const name = id === RSA_PSS ? pssNames[pssHash(algorithm)] : signatureNames[id];
  return name ?? "UnknownSignatureAlgorithm";
}

/** RFC 4055, 3.1: the hash function stands in the first of the parameters. */
function pssHash(algorithm: Der): string {
  const [hash] = readDer(childOf(algorithm, 1).content);
  return hash?.tag === 0xa0 ? readObjectId(childOf(childOf(hash, 0), 0)) : "";
}

const pssNames: Readonly<Record<string, string>> = {
  "2.16.840.1.101.3.4.2.1": "SHA256-RSAPSS",
  "2.16.840.1.101.3.4.2.2": "SHA384-RSAPSS",
  "2.16.840.1.101.3.4.2.3": "SHA512-RSAPSS",
};

const signatureNames: Readonly<Record<string, string>> = {
  "1.2.840.113549.1.1.4": "MD5-RSA",
  "1.2.840.113549.1.1.5": "SHA1-RSA",
  "1.2.840.113549.1.1.11": "SHA256-RSA",
  "1.2.840.113549.1.1.12": "SHA384-RSA",
  "1.2.840.113549.1.1.13": "SHA512-RSA",
  "1.2.840.10040.4.3": "DSA-SHA1",
  "2.16.840.1.101.3.4.3.2": "DSA-SHA256",
  "1.2.840.10045.4.1": "ECDSA-SHA1",
  "1.2.840.10045.4.3.2": "ECDSA-SHA256",
  "1.2.840.10045.4.3.3": "ECDSA-SHA384",
  "1.2.840.10045.4.3.4": "ECDSA-SHA512",
  "1.3.101.112": "Ed25519",
};
