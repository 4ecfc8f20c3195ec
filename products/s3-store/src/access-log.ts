import type { AnswerRecord } from "@breakwater/http-server";

/** One answer as a line. A presigned URL's signature is left out: it is as good as a key. */
export function toLogLine(record: AnswerRecord): string {
  const { source, protocol, method, status, bodyBytes, tookMs, isAborted } = record;
  const target = record.target.replace(/(X-Amz-(?:Signature|Security-Token)=)[^&]*/gi, "$1…");
  const end = isAborted ? ", aborted" : "";
  const request = `${method} ${target} ${protocol}`;
  return `${source} ${request} ${status} ${bodyBytes} bytes ${tookMs.toFixed(1)} ms${end}`;
}
