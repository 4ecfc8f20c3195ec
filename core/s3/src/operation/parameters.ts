import { tryBase64 } from "../base64.ts";
import {
  type ChecksumAlgorithm,
  parseChecksum,
  parseChecksumAlgorithm,
  tryChecksumHeader,
} from "../checksum/checksum.ts";
import { toHex } from "../hex.ts";
import { MAX_PUT_BYTES } from "../multipart/completion.ts";
import { parseConditions } from "../object/conditions.ts";
import type { S3Headers, S3Request } from "../request.ts";
import { S3Error } from "../s3-error.ts";
import { decodeUri, findParameter } from "../uri.ts";
import { parseAddress } from "./address.ts";
import type { CopySource, DeclaredBody, Listing } from "./operation.ts";

/** What S3 lists at most in one answer. */
export const MAX_LISTED = 1000;

/** Throws S3Error, as all here do. */
export function parseListing({ query }: S3Request, maxName: string): Listing {
  const encoding = findParameter(query, "encoding-type");
  if (encoding !== undefined && encoding !== "" && encoding !== "url") {
    throw invalid("encoding-type", encoding, "Invalid Encoding Method specified in Request");
  }
  return {
    prefix: findParameter(query, "prefix") ?? "",
    delimiter: findParameter(query, "delimiter") || undefined,
    maxKeys: parseMax(findParameter(query, maxName), maxName),
    isUrlEncoded: encoding === "url",
  };
}

export function parseMax(text: string | undefined, name: string): number {
  if (text === undefined || text === "") return MAX_LISTED;
  if (/^\d{1,10}$/.test(text)) return Math.min(MAX_LISTED, Number(text));
  throw invalid(name, text, `Argument ${name} must be an integer between 0 and 2147483647`);
}

export function parseBody({ headers }: S3Request): DeclaredBody {
  const trailers = (headers.get("x-amz-trailer") ?? "")
    .split(",")
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== "");
  const ofTrailer = trailers.map(tryChecksumHeader).find((algorithm) => algorithm !== undefined);
  return {
    bytes: parseBodyBytes(headers),
    contentMd5: parseContentMd5(headers),
    checksum: parseChecksum(headers),
    trailers,
    checksumAlgorithm: ofTrailer ?? parseAlgorithm(headers, "x-amz-sdk-checksum-algorithm"),
  };
}

export function parseAlgorithm(headers: S3Headers, name: string): ChecksumAlgorithm | undefined {
  const text = headers.get(name);
  return text === null ? undefined : parseChecksumAlgorithm(text);
}

export function parseCopySource({ headers }: S3Request): CopySource {
  const [path = "", version] = (headers.get("x-amz-copy-source") ?? "").split("?versionId=");
  if (version !== undefined && version !== "null") throw new S3Error("NoSuchVersion");
  const request = { method: "GET", path: decodeUri(path), query: [], headers: noHeaders };
  // Decoded once already: what is left of "%" belongs to the key.
  const source = parseAddress({ ...request, path: request.path.replaceAll("%", "%25") }, []);
  if (source.bucket === "" || source.key === "") {
    throw invalid(
      "x-amz-copy-source",
      path,
      "Copy Source must mention the source bucket and key: sourcebucket/sourcekey",
    );
  }
  return { source, sourceConditions: parseConditions(headers, "x-amz-copy-source-") };
}

/** Answers whether a directive says to replace what the source has. */
export function parseReplaces(headers: S3Headers, name: string): boolean {
  const text = headers.get(name) ?? "COPY";
  if (text === "COPY" || text === "REPLACE") return text === "REPLACE";
  throw invalid(name, text, `Unknown directive: ${name} must be COPY or REPLACE`);
}

export function invalid(name: string, value: string, message: string): S3Error {
  return new S3Error("InvalidArgument", message, { ArgumentName: name, ArgumentValue: value });
}

const noHeaders: S3Headers = { get: () => null, keys: () => [] };

function parseBodyBytes(headers: S3Headers): number {
  const isChunked = headers.get("x-amz-content-sha256")?.startsWith("STREAMING-") ?? false;
  const decoded = headers.get("x-amz-decoded-content-length");
  const text = decoded ?? (isChunked ? null : headers.get("content-length"));
  if (text === null) throw new S3Error("MissingContentLength");
  if (!/^\d{1,15}$/.test(text)) {
    throw invalid("content-length", text, "The body's length must be a whole number of bytes");
  }
  if (Number(text) <= MAX_PUT_BYTES) return Number(text);
  throw new S3Error("EntityTooLarge", undefined, {
    ProposedSize: text,
    MaxSizeAllowed: String(MAX_PUT_BYTES),
  });
}

function parseContentMd5(headers: S3Headers): string | undefined {
  const text = headers.get("content-md5");
  if (text === null) return undefined;
  const md5 = tryBase64(text);
  if (md5?.length === 16) return toHex(md5);
  throw new S3Error("InvalidDigest");
}
