import { type FoundObject, type ObjectInfo, ObjectStoreError } from "@breakwater/object-store";
import {
  type ByteRange,
  type Conditions,
  isRangeFor,
  judgeRead,
  parseConditions,
  quoteEtag,
  resolveRange,
  S3Error,
  toContentRange,
  toHttpDate,
  toUnsatisfiedRange,
  tryRange,
} from "@breakwater/s3";
import type { Call, CallHandler } from "@breakwater/service";
import type { Field } from "@breakwater/wire";
import { nameIn } from "../caches/links.ts";
import type { FileSpace } from "../file-space.ts";
import { FilesError } from "../files-error.ts";
import type { FilesParts } from "../files-parts.ts";
import { notFound } from "../named-file.ts";
import { sendBody } from "../send-body.ts";
import { FILES_MOUNT } from "../store/own-links.ts";
import { typeOf } from "../stored-type.ts";

/**
 * GET and HEAD of a file itself, for who cannot reach the store: ranges and conditions as of RFC
 * 9110; `?download` has browsers save it.
 */
export function streamFile(parts: FilesParts): CallHandler {
  return async (call) => {
    const space = spaceFor(call, parts);
    const path = pathOf(call);
    const key = space.keyOf(path);
    const wanted = wantedOf(call);
    if (call.request.method === "GET" && wanted === undefined) {
      return sendWhole(call, await space.store.get(key, { signal: call.signal }), path);
    }
    const info = await space.store.head(key, { signal: call.signal });
    if (info === undefined) throw notFound(path);
    await sendWanted(call, { space, info, path, wanted });
  };
}

/** Who has a link needs no key: it is for one file, and for a while. */
function spaceFor(call: Call, { ownLinks, spaceOf, wholeSpace }: FilesParts): FileSpace {
  switch (ownLinks.judge(call)) {
    case "good":
      return wholeSpace;
    case "bad":
      throw new FilesError(
        "forbidden",
        "That link has expired, or is not as it was made: get another",
      );
    case "none":
      return spaceOf(call, "read");
  }
}

function pathOf({ request }: Call): string {
  try {
    return decodeURIComponent(request.path.slice(FILES_MOUNT.length));
  } catch {
    throw new FilesError("bad_path", "Cannot read that path: write UTF-8 as %C3%A9");
  }
}

interface Wanted {
  readonly conditions: Conditions;
  readonly range: string | null;
  readonly ifRange: string | null;
}

/** Undefined: all of it, whatever it is. */
function wantedOf({ request }: Call): Wanted | undefined {
  const get = (name: string): string | null => request.header(name) ?? null;
  const isPlain = names.every((name) => get(name) === null);
  if (isPlain) return undefined;
  const conditions = parseConditions({ get, keys: () => [] }, "");
  return { conditions, range: get("range"), ifRange: get("if-range") };
}

const names: readonly string[] = [
  "range",
  "if-match",
  "if-none-match",
  "if-modified-since",
  "if-unmodified-since",
];

function sendWhole(call: Call, found: FoundObject | undefined, path: string): void {
  if (found === undefined) throw notFound(path);
  const head = { status: 200, fields: fieldsOf(call, found, path) };
  sendBody(call, found, head);
}

interface Sending {
  readonly space: FileSpace;
  readonly info: ObjectInfo;
  readonly path: string;
  readonly wanted: Wanted | undefined;
}

async function sendWanted(call: Call, { space, info, path, wanted }: Sending): Promise<void> {
  const fields = fieldsOf(call, info, path);
  const verdict = wanted === undefined ? "proceed" : judgeRead(wanted.conditions, info);
  if (verdict === "not modified") return call.respond({ status: 304, fields });
  if (verdict === "failed") {
    throw new FilesError("precondition_failed", "The file is not as the request expects it");
  }
  const range = rangeOf(call, info, wanted);
  if (range === "unsatisfied") return;
  const bytes = range === undefined ? info.bytes : range.last - range.first + 1;
  const part: readonly Field[] =
    range === undefined ? [] : [["content-range", toContentRange(range, info.bytes)]];
  const head = { status: range === undefined ? 200 : 206, fields: [...fields, ...part] };
  if (call.request.method === "HEAD") {
    return call.respond({ ...head, fields: [...head.fields, ["content-length", String(bytes)]] });
  }
  // What was looked at is what is sent, or nothing.
  const options = { ifMatch: info.etag, signal: call.signal, ...(range && { range }) };
  const found = await changedIsConflict(() => space.store.get(info.key, options));
  if (found === undefined) throw notFound(path);
  sendBody(call, found, head);
}

/** Answers 416 itself. HEAD has no ranges (RFC 9110 14.2). */
function rangeOf(
  call: Call,
  info: ObjectInfo,
  wanted: Wanted | undefined,
): ByteRange | "unsatisfied" | undefined {
  const spec = wanted === undefined ? undefined : tryRange(wanted.range);
  const isMeant = wanted !== undefined && isRangeFor(wanted.ifRange, info);
  if (spec === undefined || !isMeant || call.request.method === "HEAD") return undefined;
  try {
    return resolveRange(spec, info.bytes);
  } catch (error) {
    if (!(error instanceof S3Error)) throw error;
    call.setField("content-range", toUnsatisfiedRange(info.bytes));
    const message = `Cannot send those bytes: the file has ${info.bytes}`;
    throw new FilesError("bad_range", message);
  }
}

async function changedIsConflict<Value>(get: () => Promise<Value>): Promise<Value> {
  try {
    return await get();
  } catch (cause) {
    if (!(cause instanceof ObjectStoreError && cause.code === "precondition_failed")) throw cause;
    throw new FilesError("conflict", "The file has just been changed: ask again", { cause });
  }
}

function fieldsOf(call: Call, info: ObjectInfo, path: string): Field[] {
  const type = typeOf(info, path);
  const isSaved = /(?:^|&)download(?:=(?:1|true)?)?(?:&|$)/.test(call.request.query);
  const disposition = isSaved ? `attachment; ${fileName(path)}` : info.contentDisposition;
  const fields: Field[] = [
    ["content-type", type],
    ["etag", quoteEtag(info.etag)],
    ["last-modified", toHttpDate(info.modifiedMs)],
    ["accept-ranges", "bytes"],
    ["cache-control", info.cacheControl ?? "private, no-cache"],
    ["x-content-type-options", "nosniff"],
  ];
  if (disposition !== undefined) fields.push(["content-disposition", disposition]);
  // A page that somebody uploaded must not act in the name of who looks at it.
  if (/html|xml|svg|javascript/i.test(type)) fields.push(["content-security-policy", "sandbox"]);
  return fields;
}

/** RFC 6266, 8187. */
function fileName(path: string): string {
  const name = encodeURIComponent(nameIn(path)).replaceAll(/['()*]/g, (char) => {
    return `%${char.charCodeAt(0).toString(16).toUpperCase()}`;
  });
  return `filename*=UTF-8''${name}`;
}
