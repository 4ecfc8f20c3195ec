import type { ObjectInfo } from "../object-store.ts";
import type { ResponseHead } from "./answer-receiver.ts";

/** What the head of an answer to GET or HEAD says about the object. */
export function objectInfo(key: string, head: ResponseHead): ObjectInfo {
  const modifiedMs = Date.parse(head.header("last-modified") ?? "");
  return {
    key,
    bytes: objectBytes(head),
    etag: etagOf(head),
    modifiedMs: Number.isNaN(modifiedMs) ? 0 : modifiedMs,
    contentType: head.header("content-type"),
    cacheControl: head.header("cache-control"),
    contentDisposition: head.header("content-disposition"),
    metadata: metadataOf(head),
  };
}

/** Without its quotes; "" from a store that gives none. */
export const etagOf = (head: ResponseHead): string =>
  (head.header("etag") ?? "").replace(/^(?:W\/)?"(.*)"$/, "$1");

/** Of a range the whole is behind the slash. */
function objectBytes(head: ResponseHead): number {
  const whole = /\/(\d{1,15})$/.exec(head.header("content-range") ?? "");
  return whole === null ? (head.contentLength ?? 0) : Number(whole[1]);
}

function metadataOf(head: ResponseHead): Readonly<Record<string, string>> {
  const prefix = "x-amz-meta-";
  const fields = head
    .headers()
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(fields.map(([name, value]) => [name.slice(prefix.length), value]));
}
