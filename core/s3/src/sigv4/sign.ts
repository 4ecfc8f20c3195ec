import { toAmzDate } from "../calendar.ts";
import { S3Error } from "../s3-error.ts";
import { encodePath, encodeQuery, type Query } from "../uri.ts";
import {
  type EncodedRequest,
  headersOf,
  type Signed,
  tryCanonicalText,
} from "./canonical-request.ts";
import { ChunkChain } from "./chunk-chain.ts";
import { toScopeText } from "./credential-scope.ts";
import { type Payload, toPayloadText } from "./payload.ts";
import type { Signatures, Signer } from "./signatures.ts";

/** The target to ask for and the headers to send, all signed, with an Authorization among them. */
export function signRequest(request: RequestToSign, signing: Signing): SignedRequest {
  const signer = signerOf(signing);
  const { sessionToken } = signing.credentials;
  const payload = toPayloadText(request.payload);
  const headers: Field[] = [
    ...request.headers,
    ["x-amz-content-sha256", payload],
    ["x-amz-date", signer.amzDate],
    ...(sessionToken === undefined ? [] : [["x-amz-security-token", sessionToken] as const]),
  ];
  const signedHeaders = namesOf(headers);
  const { method } = request;
  const path = encodePath(request.path);
  const query = encodeQuery(request.query);
  const text = { method, path, query, headers: headersOf(headers) };
  const signature = signatureOf(text, { signing, signer, signed: { signedHeaders, payload } });
  const credential = `${signing.credentials.accessKey}/${toScopeText(signer)}`;
  const authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${signedHeaders.join(";")}, Signature=${signature}`;
  return {
    target: query === "" ? path : `${path}?${query}`,
    headers: [...headers, ["authorization", authorization]],
    chunks: new ChunkChain(signing.signatures, { signer, seed: signature }),
  };
}

/**
 * The target of a URL that whoever has it may ask for until it expires; the body of a PUT is free.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
 */
export function presign(request: RequestToPresign, signing: Signing): string {
  const { expiresS, headers } = request;
  if (!Number.isInteger(expiresS) || expiresS < 1 || expiresS > MAX_EXPIRES_S) {
    throw new S3Error(
      "AuthorizationQueryParametersError",
      `Cannot presign for ${expiresS} s: it must be a whole number from 1 to ${MAX_EXPIRES_S}`,
    );
  }
  const signer = signerOf(signing);
  const { accessKey, sessionToken } = signing.credentials;
  const signedHeaders = namesOf(headers);
  const parameters: Query = [
    ...request.query,
    ["X-Amz-Algorithm", "AWS4-HMAC-SHA256"],
    ["X-Amz-Credential", `${accessKey}/${toScopeText(signer)}`],
    ["X-Amz-Date", signer.amzDate],
    ["X-Amz-Expires", String(expiresS)],
    ...(sessionToken === undefined ? [] : [["X-Amz-Security-Token", sessionToken] as const]),
    ["X-Amz-SignedHeaders", signedHeaders.join(";")],
  ];
  const payload = toPayloadText({ kind: "unsigned" });
  const path = encodePath(request.path);
  const query = encodeQuery(parameters);
  const text = { method: request.method, path, query, headers: headersOf(headers) };
  const signature = signatureOf(text, { signing, signer, signed: { signedHeaders, payload } });
  return `${path}?${query}&X-Amz-Signature=${signature}`;
}

/** A week: S3 takes none that lives longer. */
export const MAX_EXPIRES_S = 604_800;

export type Field = readonly [name: string, value: string];

export interface RequestToSign {
  readonly method: string;
  /** Not encoded: "/bucket/key", or "/key" where the host names the bucket. */
  readonly path: string;
  readonly query: Query;
  /** All that are to be signed, "host" among them. */
  readonly headers: readonly Field[];
  readonly payload: Payload;
}

export interface RequestToPresign extends Omit<RequestToSign, "payload"> {
  readonly expiresS: number;
}

export interface Signing {
  readonly credentials: Credentials;
  readonly region: string;
  readonly nowMs: number;
  readonly signatures: Signatures;
}

export interface Credentials {
  readonly accessKey: string;
  readonly secretKey: string;
  /** Of temporary credentials only. */
  readonly sessionToken?: string;
}

export interface SignedRequest {
  /** Encoded. */
  readonly target: string;
  readonly headers: readonly Field[];
  /** For a body whose chunks are signed too. */
  readonly chunks: ChunkChain;
}

function signerOf({ credentials, region, nowMs }: Signing): Signer {
  const amzDate = toAmzDate(nowMs);
  return { secretKey: credentials.secretKey, day: amzDate.slice(0, 8), region, amzDate };
}

const namesOf = (headers: readonly Field[]): string[] =>
  headers.map(([name]) => name.toLowerCase()).sort();

function signatureOf(
  request: EncodedRequest,
  { signing, signer, signed }: { signing: Signing; signer: Signer; signed: Signed },
): string {
  return signing.signatures.ofRequest(signer, tryCanonicalText(request, signed)!);
}
