import type { S3Headers, S3Request } from "../request.ts";
import { decodeUri, encodePath, encodeQuery } from "../uri.ts";

/**
 * What is signed of a request, as text:
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 * `undefined` when a header that should be signed is not there.
 */
export function tryCanonicalRequest(request: S3Request, signed: Signed): string | undefined {
  const query = encodeQuery(request.query.filter(([name]) => name !== "X-Amz-Signature"));
  const path = encodePath(decodeUri(request.path));
  return tryCanonicalText(
    { method: request.method, path, query, headers: request.headers },
    signed,
  );
}

/** The same of what is encoded already. */
export function tryCanonicalText(
  { method, path, query, headers }: EncodedRequest,
  { signedHeaders, payload }: Signed,
): string | undefined {
  let lines = "";
  for (const name of signedHeaders) {
    const value = headers.get(name);
    if (value === null) return undefined;
    lines += `${name}:${value.trim().replace(/ {2,}/g, " ")}\n`;
  }
  return `${method}\n${path}\n${query}\n${lines}\n${signedHeaders.join(";")}\n${payload}`;
}

export interface EncodedRequest {
  readonly method: string;
  readonly path: string;
  /** Sorted. */
  readonly query: string;
  readonly headers: Pick<S3Headers, "get">;
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
