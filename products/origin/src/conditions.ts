import type { ReceivedRequest } from "@breakwater/http-server";

/** What a representation can be told by; RFC 9110, section 8.8. */
export interface Validators {
  /** Strong, with its quotes. */
  readonly etag: string;
  /** As an HTTP date. */
  readonly lastModified?: string;
}

/** "send" it, "not_modified" is 304, "failed" is 412. */
export type Verdict = "send" | "not_modified" | "failed";

/** Evaluates a request's conditions in the order of RFC 9110, section 13.2.2, but If-Range. */
export function conditionsOf(request: ReceivedRequest, validators: Validators): Verdict {
  const { etag } = validators;
  const ifMatch = request.header("if-match");
  if (ifMatch !== undefined) {
    if (!lists(ifMatch, (one) => one === etag)) return "failed";
  } else {
    const since = tryDate(request, "if-unmodified-since");
    if (since !== undefined && since < modifiedMs(validators)) return "failed";
  }
  const isRead = request.method === "GET" || request.method === "HEAD";
  const ifNoneMatch = request.header("if-none-match");
  if (ifNoneMatch !== undefined) {
    if (!lists(ifNoneMatch, (one) => one.replace(/^W\//, "") === etag)) return "send";
    return isRead ? "not_modified" : "failed";
  }
  const since = isRead ? tryDate(request, "if-modified-since") : undefined;
  return since !== undefined && since >= modifiedMs(validators) ? "not_modified" : "send";
}

/** Whether a Range counts: If-Range is absent or still true. RFC 9110, section 13.1.5. */
export function isRangeWanted(request: ReceivedRequest, validators: Validators): boolean {
  const ifRange = request.header("if-range");
  return (
    ifRange === undefined || ifRange === validators.etag || ifRange === validators.lastModified
  );
}

function lists(field: string, matches: (etag: string) => boolean): boolean {
  return field.trim() === "*" || (field.match(/(?:W\/)?"[^"]*"/g) ?? []).some(matches);
}

/** NaN, which is neither before nor after anything, where it has none. */
function modifiedMs({ lastModified = "" }: Validators): number {
  return Date.parse(lastModified);
}

/** NaN where there is one that cannot be read. */
function tryDate(request: ReceivedRequest, lowerCaseName: string): number | undefined {
  const text = request.header(lowerCaseName);
  // The format of asctime() says no time zone, but is of GMT.
  if (text === undefined) return undefined;
  return Date.parse(/\bGMT$/.test(text) ? text : `${text} GMT`);
}
