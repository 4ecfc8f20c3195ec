import { toAmzDate, tryAmzDate, tryHttpDate } from "../calendar.ts";
import type { S3Request } from "../request.ts";
import { S3Error } from "../s3-error.ts";
import { findParameter } from "../uri.ts";
import { type Credential, tryCredential } from "./credential-scope.ts";
import { MAX_EXPIRES_S } from "./sign.ts";

/** What a request claims about who signed it, and when. Nothing of it is verified. */
export interface Authorization {
  readonly credential: Credential;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  readonly amzDate: string;
  readonly dateMs: number;
  /** Of a presigned URL only. */
  readonly expiresS: number | undefined;
  readonly payload: string;
}

/** Throws S3Error: AccessDenied for a request that does not say who it is from. */
export function parseAuthorization(request: S3Request): Authorization {
  const header = request.headers.get("authorization");
  const isPresigned = findParameter(request.query, "X-Amz-Signature") !== undefined;
  if (header === null) return isPresigned ? parsePresigned(request) : refuseAnonymous(request);
  if (isPresigned) {
    throw new S3Error(
      "InvalidArgument",
      "Only one authorization mechanism is allowed: the Authorization header or the X-Amz-Signature query parameter.",
    );
  }
  return parseHeader(request, header);
}

function refuseAnonymous({ query }: S3Request): never {
  if (findParameter(query, "X-Amz-Algorithm") === undefined) throw new S3Error("AccessDenied");
  throw new S3Error("AuthorizationQueryParametersError", "X-Amz-Signature is missing.");
}

function parseHeader(request: S3Request, header: string): Authorization {
  const [, algorithm, rest] = /^\s*(\S+)\s*(.*)$/.exec(header) ?? [];
  if (algorithm !== "AWS4-HMAC-SHA256") {
    throw new S3Error(
      "InvalidRequest",
      "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.",
    );
  }
  const parts = new Map(rest!.split(",").map((part) => splitAtEquals(part.trim())));
  const fail = (what: string) =>
    new S3Error("AuthorizationHeaderMalformed", `The authorization header is malformed; ${what}.`);
  const claim = parseClaim((name) => parts.get(name), fail);
  const payload = request.headers.get("x-amz-content-sha256");
  if (payload === null) {
    throw new S3Error(
      "InvalidRequest",
      "Missing required header for this request: x-amz-content-sha256",
    );
  }
  const dateMs = parseDate(request);
  const amzDate = toAmzDate(dateMs);
  if (!amzDate.startsWith(claim.credential.day)) {
    throw fail(`invalid credential date "${claim.credential.day}": it is not that of X-Amz-Date`);
  }
  return { ...claim, amzDate, dateMs, expiresS: undefined, payload };
}

function parseDate({ headers }: S3Request): number {
  const text = headers.get("x-amz-date") ?? headers.get("date") ?? "";
  const dateMs = tryAmzDate(text) ?? tryHttpDate(text);
  if (dateMs !== undefined) return dateMs;
  throw new S3Error(
    "AccessDenied",
    "AWS authentication requires a valid Date or x-amz-date header",
  );
}

function parsePresigned({ query, headers }: S3Request): Authorization {
  const fail = (what: string) => new S3Error("AuthorizationQueryParametersError", `${what}.`);
  if (findParameter(query, "X-Amz-Algorithm") !== "AWS4-HMAC-SHA256") {
    throw fail('X-Amz-Algorithm only supports "AWS4-HMAC-SHA256"');
  }
  const claim = parseClaim((name) => findParameter(query, `X-Amz-${name}`), fail);
  const amzDate = findParameter(query, "X-Amz-Date") ?? "";
  const dateMs = tryAmzDate(amzDate);
  if (dateMs === undefined) {
    throw fail("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"");
  }
  if (!amzDate.startsWith(claim.credential.day)) {
    throw fail(`Invalid credential date "${claim.credential.day}": it is not that of X-Amz-Date`);
  }
  const expires = findParameter(query, "X-Amz-Expires") ?? "";
  if (!/^\d{1,9}$/.test(expires)) throw fail("X-Amz-Expires should be a number");
  const expiresS = Number(expires);
  if (expiresS < 1) throw fail("X-Amz-Expires must be at least 1 second");
  if (expiresS > MAX_EXPIRES_S) {
    throw fail(`X-Amz-Expires must be less than a week (in seconds): ${MAX_EXPIRES_S} or less`);
  }
  const signed = claim.signedHeaders.includes("x-amz-content-sha256");
  const fromHeader = signed ? headers.get("x-amz-content-sha256") : null;
  const payload = findParameter(query, "X-Amz-Content-Sha256") ?? fromHeader ?? "UNSIGNED-PAYLOAD";
  return { ...claim, amzDate, dateMs, expiresS, payload };
}

type Claim = Pick<Authorization, "credential" | "signedHeaders" | "signature">;

function parseClaim(
  find: (name: string) => string | undefined,
  fail: (what: string) => S3Error,
): Claim {
  const credential = tryCredential(find("Credential") ?? "");
  if (credential === undefined) {
    throw fail("the Credential must be KEY/YYYYMMDD/REGION/s3/aws4_request");
  }
  const names = find("SignedHeaders") ?? "";
  const signedHeaders = names.split(";");
  const isSorted = signedHeaders.every((name, at) => at === 0 || name > signedHeaders[at - 1]!);
  if (!isSorted || names !== names.toLowerCase()) {
    throw fail("the SignedHeaders must be in lower case, sorted and each there once");
  }
  if (!signedHeaders.includes("host")) throw fail("the SignedHeaders must have host");
  const signature = find("Signature") ?? "";
  if (!/^[0-9a-f]{64}$/.test(signature)) {
    throw fail("the Signature must be 64 hexadecimal digits");
  }
  return { credential, signedHeaders, signature };
}

function splitAtEquals(part: string): [name: string, value: string] {
  const equals = part.indexOf("=");
  return equals < 0 ? [part, ""] : [part.slice(0, equals), part.slice(equals + 1)];
}
