import {
  type Answer,
  type AnswerBody,
  type AnswerHead,
  acceptedCoding,
  type Coding,
  PreparedAnswer,
} from "@breakwater/http-server";
import type { Field } from "@breakwater/wire";
import type { Call, Stage } from "../call.ts";
import { rewrittenCall } from "../rewritten-call.ts";
import { checkWhole } from "../service-error.ts";
import { type CodedStreams, codedStreams } from "./coded-stream.ts";
import { type CodingLevels, compressNow } from "./compress-now.ts";

export interface CompressionOptions {
  /** A shorter body is sent as it is: 1024. */
  readonly minBytes?: number;
  /** Content types worth it: "application/json", "text/*", "*+json". */
  readonly types?: readonly string[];
  /** Of gzip and deflate, 1 (fast) to 9 (small): 6. */
  readonly level?: number;
  /** Of br, 0 to 11: 4, which takes as long as gzip's 6. */
  readonly brotliQuality?: number;
  /** Of zstd, 1 to 19: 3. */
  readonly zstdLevel?: number;
  /** How many streams are compressed at once, up to a MB each; the others go out as they are. */
  readonly maxStreams?: number;
}

const compressible: readonly string[] = [
  ...["text/*", "*+json", "*+xml", "application/json", "application/xml", "image/svg+xml"],
  ...["application/javascript", "application/x-ndjson", "application/problem+json"],
  ...["application/wasm", "application/manifest+json", "font/ttf", "image/bmp", "image/x-icon"],
];

/**
 * Compresses answers as their clients accept: zstd, br, gzip or deflate (RFC 9110, 12.5.3).
 *
 * Hot path. A body at hand of up to 64 KiB is compressed on the spot: measured, a thread of its own
 * costs twice the CPU (10 KB gzip: 60 µs against 118), and 64 KiB take 0.2 ms. Longer ones and
 * those that come as they are made are streamed.
 */
export function compression(options: CompressionOptions = {}): Stage {
  const { minBytes = 1024, types = compressible, maxStreams = 64 } = options;
  const { level = 6, brotliQuality = 4, zstdLevel = 3 } = options;
  checkWhole("minBytes", minBytes, 0, 2 ** 30);
  checkWhole("level", level, 1, 9);
  checkWhole("brotliQuality", brotliQuality, 0, 11);
  checkWhole("zstdLevel", zstdLevel, 1, 19);
  checkWhole("maxStreams", maxStreams, 1, 100_000);
  const levels: CodingLevels = { level, brotliQuality, zstdLevel };
  const settings: Settings = {
    minBytes,
    levels,
    isWorthIt: remembered(typeCheck(types)),
    codingOf: remembered(acceptedCoding),
    streams: codedStreams({ levels, maxStreams }),
    prepared: new WeakMap(),
  };
  return (next) => (call) => {
    const compressed = rewrittenCall(call, {
      respond: (answer) => respond(call, answer, settings),
      begin: (head) => begin(call, head, settings),
    });
    return next(compressed);
  };
}

interface Settings {
  readonly minBytes: number;
  readonly levels: CodingLevels;
  readonly isWorthIt: (type: string) => boolean;
  readonly codingOf: (field: string) => Coding | "identity" | undefined;
  readonly streams: CodedStreams;
  /** Of answers that are given again and again, each coding once. */
  readonly prepared: WeakMap<PreparedAnswer, Map<Coding, PreparedAnswer>>;
}

const MAX_SYNC_BYTES = 65_536;

function respond(call: Call, answer: Answer | PreparedAnswer, settings: Settings): void {
  const isPrepared = answer instanceof PreparedAnswer;
  const plain = isPrepared ? answer.answer : answer;
  const bytes = isPrepared ? answer.body : plain.body;
  // A text has at least as many bytes as it has characters.
  const length = bytes?.length ?? 0;
  const { status, reason, fields = [] } = plain;
  if (length < settings.minBytes || !mayChange(status, fields, settings)) {
    call.respond(answer);
    return;
  }
  const coding = chosen(call, settings);
  if (coding === undefined) call.respond(answer);
  else if (call.request.method === "HEAD")
    call.begin({ status, fields: coded(fields, coding) }).end();
  else if (length > MAX_SYNC_BYTES) {
    const named = reason === undefined ? {} : { reason };
    const whole = typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes!;
    const head = { status, fields, contentLength: whole.length, ...named };
    const body = stream(call, { head, coding }, settings);
    body.write(whole);
    body.end();
  } else if (isPrepared) call.respond(preparedIn(answer, coding, settings));
  else call.respond(inCoding(plain, coding, settings));
}

function begin(call: Call, head: AnswerHead, settings: Settings): AnswerBody {
  const { status, fields = [], contentLength = settings.minBytes } = head;
  if (contentLength < settings.minBytes || !mayChange(status, fields, settings)) {
    return call.begin(head);
  }
  const coding = chosen(call, settings);
  return coding === undefined ? call.begin(head) : stream(call, { head, coding }, settings);
}

interface Chosen {
  readonly head: AnswerHead;
  readonly coding: Coding;
}

function stream(call: Call, { head, coding }: Chosen, { streams }: Settings): AnswerBody {
  const { fields = [] } = head;
  const changed = { ...head, fields: coded(fields, coding), contentLength: undefined };
  if (call.request.method === "HEAD") return call.begin(changed);
  const flushes = /^text\/event-stream|^application\/x-ndjson/i.test(typeOf(fields) ?? "");
  const open = streams.tryOpen({ coding, flushes });
  return open === undefined ? call.begin(head) : open(call, call.begin(changed));
}

/** Undefined where it stays as it is. Either way the answer depends on what the client accepts. */
function chosen(call: Call, { codingOf }: Settings): Coding | undefined {
  call.vary("accept-encoding");
  const accepted = call.request.header("accept-encoding");
  if (accepted === undefined) return undefined;
  const coding = codingOf(accepted);
  return coding === "identity" ? undefined : coding;
}

function mayChange(status: number, fields: readonly Field[], { isWorthIt }: Settings): boolean {
  if (status === 204 || status === 206 || status === 304) return false;
  let isGood = false;
  for (const [name, value] of fields) {
    switch (name.toLowerCase()) {
      case "content-type":
        isGood = isWorthIt(value);
        break;
      case "content-encoding":
      case "content-range":
        return false;
      case "cache-control":
        if (/\bno-transform\b/i.test(value)) return false;
    }
  }
  return isGood;
}

/** A validator that told the bytes tells the meaning now: RFC 9110, section 8.8.1. */
function coded(fields: readonly Field[], coding: Coding): Field[] {
  const changed: Field[] = [];
  for (const field of fields) {
    const [name, value] = field;
    const lower = name.toLowerCase();
    if (lower === "etag" && value.startsWith('"')) changed.push([name, `W/${value}`]);
    else if (lower !== "content-length" && lower !== "accept-ranges") changed.push(field);
  }
  changed.push(["content-encoding", coding]);
  return changed;
}

function inCoding(answer: Answer, coding: Coding, { levels }: Settings): Answer {
  const body = compressNow(answer.body ?? "", coding, levels);
  return { ...answer, fields: coded(answer.fields ?? [], coding), body };
}

function preparedIn(answer: PreparedAnswer, coding: Coding, settings: Settings): PreparedAnswer {
  const known = settings.prepared.get(answer) ?? new Map<Coding, PreparedAnswer>();
  settings.prepared.set(answer, known);
  const before = known.get(coding);
  if (before !== undefined) return before;
  const made = new PreparedAnswer(inCoding(answer.answer, coding, settings));
  known.set(coding, made);
  return made;
}

function typeOf(fields: readonly Field[]): string | undefined {
  return fields.find(([name]) => name.toLowerCase() === "content-type")?.[1];
}

function typeCheck(types: readonly string[]): (contentType: string) => boolean {
  const patterns = types.map((type) => {
    const text = type
      .toLowerCase()
      .replace(/[^a-z0-9*]/g, "\\$&")
      .replaceAll("*", "[^;\\s]*");
    return `^\\s*${text}\\s*(;|$)`;
  });
  const any = new RegExp(patterns.join("|"), "i");
  return (contentType) => types.length > 0 && any.test(contentType);
}

/** There are few types, and few kinds of clients. */
function remembered<Value>(find: (text: string) => Value): (text: string) => Value {
  const known = new Map<string, Value>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    if (known.size === MAX_REMEMBERED) known.clear();
    const value = find(text);
    known.set(text, value);
    return value;
  };
}

const MAX_REMEMBERED = 200;
