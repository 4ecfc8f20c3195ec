import type { S3Request } from "../request.ts";
import { resultOf, S3Error } from "../s3-error.ts";
import { type Authorization, parseAuthorization } from "./authorization.ts";
import { tryCanonicalRequest } from "./canonical-request.ts";
import { ChunkChain } from "./chunk-chain.ts";
import { type Payload, parsePayload } from "./payload.ts";
import { isSameSignature, type Signatures, type Signer } from "./signatures.ts";

/** Whose request it is, or why it is refused. The caller compares the body with `payload`. */
export function verifyRequest(request: S3Request, how: Verification): Verified | S3Error {
  return resultOf(() => {
    const authorization = parseAuthorization(request);
    const payload = parsePayload(authorization.payload);
    checkTime(authorization, how.nowMs);
    checkRegion(authorization, how.region);
    const signer = signerOf(authorization, how);
    const canonical = tryCanonicalRequest(request, authorization);
    const { signature } = authorization;
    if (
      canonical === undefined ||
      !isSameSignature(how.signatures.ofRequest(signer, canonical), signature)
    ) {
      throw new S3Error("SignatureDoesNotMatch");
    }
    checkAllSigned(request, authorization);
    const isChain = payload.kind === "chunked" && payload.isSigned;
    return {
      accessKey: authorization.credential.accessKey,
      payload,
      chunks: isChain ? new ChunkChain(how.signatures, { signer, seed: signature }) : undefined,
    };
  });
}

/** How far the clocks of client and server may be apart. */
export const MAX_SKEW_MS: number = 15 * 60_000;

export interface Verification {
  readonly nowMs: number;
  /** The only one accepted; `undefined` accepts whatever the client calls it. */
  readonly region: string | undefined;
  readonly signatures: Signatures;
  findSecretKey(accessKey: string): string | undefined;
}

export interface Verified {
  readonly accessKey: string;
  readonly payload: Payload;
  /** Verifies the chunks of a body that are signed one by one. */
  readonly chunks: ChunkChain | undefined;
}

function checkTime({ dateMs, expiresS }: Authorization, nowMs: number): void {
  if (expiresS === undefined) {
    if (Math.abs(nowMs - dateMs) > MAX_SKEW_MS) throw new S3Error("RequestTimeTooSkewed");
    return;
  }
  if (dateMs - nowMs > MAX_SKEW_MS) throw new S3Error("AccessDenied", "Request is not yet valid");
  if (nowMs > dateMs + expiresS * 1000) throw new S3Error("AccessDenied", "Request has expired");
}

function checkRegion({ credential, expiresS }: Authorization, wanted: string | undefined): void {
  if (wanted === undefined || credential.region === wanted) return;
  const isHeader = expiresS === undefined;
  throw new S3Error(
    isHeader ? "AuthorizationHeaderMalformed" : "AuthorizationQueryParametersError",
    `The region '${credential.region}' is wrong; expecting '${wanted}'`,
    { Region: wanted },
  );
}

function signerOf({ credential, amzDate }: Authorization, how: Verification): Signer {
  const { accessKey, day, region } = credential;
  const secretKey = how.findSecretKey(accessKey);
  if (secretKey !== undefined) return { secretKey, day, region, amzDate };
  throw new S3Error("InvalidAccessKeyId", undefined, { AWSAccessKeyId: accessKey });
}

/** What the signature does not cover, whoever carries the request could have added. */
function checkAllSigned({ headers }: S3Request, authorization: Authorization): void {
  const { signedHeaders, expiresS } = authorization;
  const unsigned = [...headers.keys()]
    .map((name) => name.toLowerCase())
    .filter((name) => name.startsWith("x-amz-") && !signedHeaders.includes(name))
    // A presigned URL says for itself what it knows of the body.
    .filter((name) => expiresS === undefined || name !== "x-amz-content-sha256");
  if (unsigned.length === 0) return;
  throw new S3Error(
    "AccessDenied",
    "There were headers present in the request which were not signed",
    { HeadersNotSigned: unsigned.join(", ") },
  );
}
