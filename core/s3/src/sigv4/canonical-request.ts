import type { S3Headers, S3Request } from "../request.ts";
import { decodeUri, encodePath, encodeQuery } from "../uri.ts";

/**
 * What is signed of a request, as text:
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 * `undefined` when a header that should be signed is not there.
 */
export function tryCanonicalRequest(
  request: S3Request,
  { signedHeaders, payload }: Signed,
): string | undefined {
  let headers = "";
  for (const name of signedHeaders) {
    const value = request.headers.get(name);
    if (value === null) return undefined;
    headers += `${name}:${value.trim().replace(/ {2,}/g, " ")}\n`;
  }
  const query = encodeQuery(request.query.filter(([name]) => name !== "X-Amz-Signature"));
  const path = encodePath(decodeUri(request.path));
  return `${request.method}\n${path}\n${query}\n${headers}\n${signedHeaders.join(";")}\n${payload}`;
}

export interface Signed {
  /** In lower case, sorted. */
  readonly signedHeaders: readonly string[];
  /** The body's SHA-256 in hexadecimal, or the word that stands for it. */
  readonly payload: string;
}

/** Headers of this one come from a list: what a client is about to send. */
export function headersOf(fields: readonly (readonly [name: string, value: string])[]): S3Headers {
  const byName = new Map(fields.map(([name, value]) => [name.toLowerCase(), value]));
  return { get: (name) => byName.get(name.toLowerCase()) ?? null, keys: () => byName.keys() };
}
