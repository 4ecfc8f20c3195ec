import { tryHttpDate } from "../calendar.ts";
import type { S3Headers } from "../request.ts";
import { S3Error } from "../s3-error.ts";
import { unquoteEtag } from "./etag.ts";

/** What a request says about the object that it is meant for. */
export interface Conditions {
  readonly ifMatch: EtagList | undefined;
  readonly ifNoneMatch: EtagList | undefined;
  readonly ifModifiedSinceMs: number | undefined;
  readonly ifUnmodifiedSinceMs: number | undefined;
}

/** "*" is whatever there is. */
export type EtagList = "*" | readonly Etag[];

export interface Etag {
  readonly etag: string;
  readonly isWeak: boolean;
}

export interface ObjectState {
  /** Without quotes. */
  readonly etag: string;
  readonly modifiedMs: number;
}

/** `prefix` is "x-amz-copy-source-" for those on what is copied. A date that is none is ignored. */
export function parseConditions(headers: S3Headers, prefix: string): Conditions {
  const etags = (name: string) => tryEtagList(headers.get(`${prefix}${name}`));
  const date = (name: string) => tryHttpDate(headers.get(`${prefix}${name}`) ?? "");
  return {
    ifMatch: etags("if-match"),
    ifNoneMatch: etags("if-none-match"),
    ifModifiedSinceMs: date("if-modified-since"),
    ifUnmodifiedSinceMs: date("if-unmodified-since"),
  };
}

/** RFC 9110 13.2.2, in its order: an ETag that is asked about outweighs a date. */
export function judgeRead(conditions: Conditions, state: ObjectState): ReadVerdict {
  const { ifMatch, ifNoneMatch, ifModifiedSinceMs, ifUnmodifiedSinceMs } = conditions;
  const modifiedMs = Math.floor(state.modifiedMs / 1000) * 1000;
  if (ifMatch !== undefined) {
    if (!isListed(ifMatch, state, "strong")) return "failed";
  } else if (ifUnmodifiedSinceMs !== undefined && modifiedMs > ifUnmodifiedSinceMs) {
    return "failed";
  }
  if (ifNoneMatch !== undefined) {
    return isListed(ifNoneMatch, state, "weak") ? "not modified" : "proceed";
  }
  const isOld = ifModifiedSinceMs !== undefined && modifiedMs <= ifModifiedSinceMs;
  return isOld ? "not modified" : "proceed";
}

/** "not modified" is 304 for GET and HEAD, "failed" is 412. */
export type ReadVerdict = "proceed" | "not modified" | "failed";

/** Whether the source may be copied: there is no 304, both are 412. */
export function checkCopySource(conditions: Conditions, state: ObjectState): void {
  if (judgeRead(conditions, state) !== "proceed") throw new S3Error("PreconditionFailed");
}

/** Throws S3Error unless the key may be written: `state` is what is there now, if anything. */
export function checkWrite(conditions: Conditions, state: ObjectState | undefined): void {
  const { ifMatch, ifNoneMatch } = conditions;
  if (ifMatch !== undefined) {
    if (state === undefined) throw new S3Error("NoSuchKey");
    if (!isListed(ifMatch, state, "strong")) throw new S3Error("PreconditionFailed");
  }
  if (ifNoneMatch === undefined || state === undefined) return;
  if (isListed(ifNoneMatch, state, "weak")) throw new S3Error("PreconditionFailed");
}

/** RFC 9110 13.1.5: a range is meant for that state only; otherwise the whole object goes out. */
export function isRangeFor(ifRange: string | null, state: ObjectState): boolean {
  if (ifRange === null) return true;
  const dateMs = tryHttpDate(ifRange);
  if (dateMs !== undefined) return Math.floor(state.modifiedMs / 1000) * 1000 === dateMs;
  return unquoteEtag(ifRange) === state.etag;
}

function isListed(list: EtagList, { etag }: ObjectState, comparison: "strong" | "weak"): boolean {
  if (list === "*") return true;
  return list.some((one) => one.etag === etag && (comparison === "weak" || !one.isWeak));
}

function tryEtagList(text: string | null): EtagList | undefined {
  if (text === null || text.trim() === "") return undefined;
  if (text.trim() === "*") return "*";
  return text.split(",").map((part) => {
    const isWeak = part.trim().startsWith("W/");
    return { etag: unquoteEtag(isWeak ? part.trim().slice(2) : part), isWeak };
  });
}
