import type { AnswerRecord } from "@breakwater/http-server";

/** One answer as a line of text: who asked, for what, and what it got. */
export function toLogLine(record: AnswerRecord): string {
  const { source, protocol, method, target, status, bodyBytes, tookMs, isAborted } = record;
  const end = isAborted ? ", aborted" : "";
  const request = `${method} ${target} ${protocol}`;
  return `${source} ${request} ${status} ${bodyBytes} bytes ${tookMs.toFixed(1)} ms${end}`;
}

/** The same as a line of JSON, with the time of its end. */
export function toJsonLine(record: AnswerRecord, time: Date): string {
  return JSON.stringify({
    time: time.toISOString(),
    source: record.source,
    protocol: record.protocol,
    method: record.method,
    uri: record.target,
    status: record.status,
    body_bytes: record.bodyBytes,
    duration_ms: Math.round(record.tookMs * 1000) / 1000,
    aborted: record.isAborted,
  });
}
