import { S3Error } from "../s3-error.ts";

/** What a signature says about the body. */
export type Payload =
  | { readonly kind: "unsigned" }
  /** In hexadecimal. */
  | { readonly kind: "hashed"; readonly sha256: string }
  /** Comes as aws-chunked: each chunk signed or none, with or without trailers. */
  | { readonly kind: "chunked"; readonly isSigned: boolean; readonly hasTrailers: boolean };

/** Reads x-amz-content-sha256. */
export function parsePayload(text: string): Payload {
  const word = words.get(text);
  if (word !== undefined) return word;
  if (/^[0-9a-f]{64}$/.test(text)) return { kind: "hashed", sha256: text };
  throw new S3Error(
    "InvalidArgument",
    `x-amz-content-sha256 must be ${[...words.keys()].join(", ")}, or a valid sha256 value.`,
    { ArgumentName: "x-amz-content-sha256", ArgumentValue: text },
  );
}

export function toPayloadText(payload: Payload): string {
  if (payload.kind === "unsigned") return "UNSIGNED-PAYLOAD";
  if (payload.kind === "hashed") return payload.sha256;
  const trailer = payload.hasTrailers ? "-TRAILER" : "";
  const how = payload.isSigned ? "AWS4-HMAC-SHA256" : "UNSIGNED";
  return `STREAMING-${how}-PAYLOAD${trailer}`;
}

/** Not an object: its "constructor" would be a word as well. */
const words: ReadonlyMap<string, Payload> = new Map<string, Payload>([
  ["UNSIGNED-PAYLOAD", { kind: "unsigned" }],
  ["STREAMING-AWS4-HMAC-SHA256-PAYLOAD", { kind: "chunked", isSigned: true, hasTrailers: false }],
  [
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
    { kind: "chunked", isSigned: true, hasTrailers: true },
  ],
  ["STREAMING-UNSIGNED-PAYLOAD-TRAILER", { kind: "chunked", isSigned: false, hasTrailers: true }],
]);
