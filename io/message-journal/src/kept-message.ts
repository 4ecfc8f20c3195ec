import type { Envelope, Message } from "@breakwater/message";

/** A message's row in the journal. */
export interface MessageRow {
  readonly acceptedMs: number;
  readonly bytes: number;
  readonly check: number;
  readonly json: string;
}

/** The CRC-32 of a message's JSON, in UTF-8. 0.1 µs for 600 bytes. */
export function checkOf(json: string): number {
  return Bun.hash.crc32(json);
}

/**
 * A message as it was written. Its envelope is parsed when somebody looks at it: to parse 200,000
 * would be half of a restart. Whoever makes one has compared its check, so that it can be parsed.
 */
export function keptMessage({ json, bytes, acceptedMs }: MessageRow): Message {
  let parsed: Envelope | undefined;
  return {
    json,
    bytes,
    acceptedAtMs: acceptedMs,
    get envelope() {
      parsed ??= JSON.parse(json) as Envelope;
      return parsed;
    },
  };
}
