import type { Call } from "../call.ts";
import { respondProblem } from "../problem.ts";
import { respondTooLong } from "./body-limit.ts";

/** What was read; or nothing, and the call is answered already or its client has gone. */
export type ReadResult<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false };

export interface ReadLimits {
  readonly maxBytes: number;
}

/** A handler that writes JSON of 100,000 levels again stops for 0.7 s, and fails. */
const MAX_DEPTH = 1000;

/** The request's body as JSON, not checked any further. Answers 400, 413 or 415 if it is not. */
export async function readJson(call: Call, limits: ReadLimits): Promise<ReadResult<unknown>> {
  const type = call.request.header("content-type");
  if (type === undefined || !/^\s*application\/([\w.+-]+\+)?json\s*(;|$)/i.test(type)) {
    const asked = type === undefined ? "a body without a Content-Type" : `a body of type ${type}`;
    const detail = `Cannot read ${asked}: send application/json`;
    return refuse(call, { status: 415, code: "unsupported_media_type", detail });
  }
  const text = await readText(call, limits);
  if (!text.ok) return text;
  if (isDeeper(text.value, MAX_DEPTH)) {
    const detail = `Cannot read JSON that is nested deeper than ${MAX_DEPTH}: make it flatter`;
    return refuse(call, { status: 400, code: "nested_too_deep", detail });
  }
  try {
    return { ok: true, value: JSON.parse(text.value) as unknown };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const detail = `Cannot read the body as JSON: ${why}`;
    return refuse(call, { status: 400, code: "malformed_json", detail });
  }
}

/** The request's body as text in UTF-8. Answers 400, 413 or 415 if it is not. */
export async function readText(call: Call, limits: ReadLimits): Promise<ReadResult<string>> {
  const coding = call.request.header("content-encoding") ?? "identity";
  if (coding.toLowerCase() !== "identity") {
    const detail = `Cannot read a body in the coding "${coding}": send it as it is`;
    return refuse(call, { status: 415, code: "unsupported_content_encoding", detail });
  }
  const bytes = await readBytes(call, limits);
  if (!bytes.ok) return bytes;
  try {
    const decoder = new TextDecoder("utf-8", { fatal: true });
    return { ok: true, value: decoder.decode(bytes.value) };
  } catch {
    const detail = "Cannot read the body as text: it is not UTF-8";
    return refuse(call, { status: 400, code: "malformed_text", detail });
  }
}

/** The request's body. Answers 413 if it is longer, and 400 if it does not come to its end. */
export function readBytes(call: Call, { maxBytes }: ReadLimits): Promise<ReadResult<Uint8Array>> {
  if ((call.request.contentLength ?? 0) > maxBytes) {
    respondTooLong(call, maxBytes);
    return Promise.resolve(nothing);
  }
  return new Promise((resolve) => {
    const parts: Uint8Array[] = [];
    let length = 0;
    call.readBody({
      onData: (bytes) => {
        length += bytes.length;
        if (length <= maxBytes) {
          parts.push(bytes.slice());
          return;
        }
        parts.length = 0;
        respondTooLong(call, maxBytes);
        resolve(nothing);
      },
      onEnd: () => {
        const value = parts.length === 1 ? parts[0]! : Buffer.concat(parts);
        resolve(length > maxBytes ? nothing : { ok: true, value });
      },
      onAbort: () => {
        const detail = "Cannot read the body: it did not come to its end";
        resolve(refuse(call, { status: 400, code: "broken_body", detail }));
      },
    });
  });
}

/** Whether more arrays and objects are within each other. What it says of no JSON is no matter. */
function isDeeper(json: string, maxDepth: number): boolean {
  if (json.length <= 2 * maxDepth) return false;
  let depth = 0;
  let isText = false;
  for (let at = 0; at < json.length && depth <= maxDepth; at += 1) {
    const code = json.charCodeAt(at);
    if (code === 0x22) isText = !isText;
    else if (isText) at += code === 0x5c ? 1 : 0;
    // "[" and "{", "]" and "}" are one bit apart.
    else if ((code & 0xdf) === 0x5b) depth += 1;
    else if ((code & 0xdf) === 0x5d) depth -= 1;
  }
  return depth > maxDepth;
}

const nothing: { readonly ok: false } = { ok: false };

function refuse(call: Call, problem: Parameters<typeof respondProblem>[1]): typeof nothing {
  respondProblem(call, problem);
  return nothing;
}
