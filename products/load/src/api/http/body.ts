import { randomUUID } from "node:crypto";
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";

/** What may be sent. An object is a form, or multipart when it holds a file. */
export type RequestBody =
  | string
  | ArrayBuffer
  | ArrayBufferView
  | ReadableStream<Uint8Array>
  | FormData
  | URLSearchParams
  | Blob
  | Readonly<Record<string, unknown>>
  | null
  | undefined;

/** k6's http.file(): bytes with the name and type that a multipart form gives them. */
export class FileData {
  readonly data: string | ArrayBuffer | ArrayBufferView;
  readonly filename: string;
  readonly content_type: string;

  constructor(
    data: string | ArrayBuffer | ArrayBufferView,
    filename: string = `${Date.now()}000000`, // k6: the time in ns
    contentType = "application/octet-stream",
  ) {
    if (typeof data !== "string" && !(data instanceof ArrayBuffer) && !ArrayBuffer.isView(data)) {
      throw new TypeError(`Cannot make a file of ${typeof data}: give text or an ArrayBuffer`);
    }
    this.data = data;
    this.filename = filename;
    this.content_type = contentType;
  }
}

export interface EncodedBody {
  readonly bytes: Uint8Array | ReadableStream<Uint8Array>;
  /** Goes into the head unless the script gives its own. */
  readonly contentType: string | undefined;
  /** Of a compressed body: its codings, and the bytes as they were. */
  readonly contentEncoding?: string;
  readonly plainBytes?: Uint8Array;
}

/**
 * The bytes of a body that is known at once; a promise only for FormData and a Blob. What `warn` is
 * given for is sent nevertheless; without it, it is refused.
 *
 * @throws TypeError for what can be no body
 */
export function encodeBody(
  body: RequestBody,
  warn?: (line: string) => void,
): EncodedBody | Promise<EncodedBody> | undefined {
  if (body === null || body === undefined) return undefined;
  if (typeof body === "string") return { bytes: toUtf8(body), contentType: undefined };
  if (body instanceof ArrayBuffer || ArrayBuffer.isView(body)) {
    return { bytes: toBytes(body), contentType: undefined };
  }
  if (body instanceof ReadableStream) return { bytes: body, contentType: undefined };
  if (body instanceof FormData) return encodeFormData(body);
  if (body instanceof URLSearchParams)
    return { bytes: toUtf8(String(body)), contentType: formType };
  if (body instanceof Blob) return encodeBlob(body);
  if (typeof body !== "object" || Array.isArray(body) || body instanceof Date) {
    const what = typeof body === "object" ? body.constructor.name : typeof body;
    throw new TypeError(`Cannot send a ${what} as a body: give text, bytes or an object`);
  }
  const fields = toFields(body, warn);
  if (fields.some(([, value]) => value instanceof FileData)) return encodeMultipart(fields);
  const form = new URLSearchParams(fields as [string, string][]);
  return { bytes: toUtf8(form.toString()), contentType: formType };
}

const formType = "application/x-www-form-urlencoded";

type Field = readonly [key: string, value: string | FileData];
type Warn = ((line: string) => void) | undefined;

/** k6's form: keys sorted, an array repeats its key. */
function toFields(body: Readonly<Record<string, unknown>>, warn: Warn): readonly Field[] {
  return Object.entries(body)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([key, value]) =>
      (Array.isArray(value) ? value : [value]).map((one) => field(key, one, warn)),
    );
}

function field(key: string, value: unknown, warn: Warn): Field {
  if (value instanceof FileData) return [key, value];
  // What Go prints for nothing; our own module has no such past.
  if (value === null || value === undefined) return [key, warn ? "<nil>" : ""];
  if (typeof value !== "object") return [key, String(value)];
  const advice = "give text, or send JSON.stringify() of all";
  if (!warn) throw new TypeError(`Cannot send an object in the form field "${key}": ${advice}`);
  warn(`An object in the form field "${key}" is sent as JSON: ${advice}`);
  return [key, JSON.stringify(value)];
}

/** RFC 7578, with the type of each file as the script gives it. */
function encodeMultipart(fields: readonly Field[]): EncodedBody {
  const boundary = `breakwater-${randomUUID()}`;
  const parts = fields.flatMap(([key, value]) => {
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${quotable(key)}"`;
    if (typeof value === "string") return [toUtf8(`${head}\r\n\r\n${value}\r\n`)];
    const file = `; filename="${quotable(value.filename)}"\r\nContent-Type: ${value.content_type}`;
    const { data } = value;
    const bytes = typeof data === "string" ? toUtf8(data) : toBytes(data);
    return [toUtf8(`${head}${file}\r\n\r\n`), bytes, toUtf8("\r\n")];
  });
  return {
    bytes: Buffer.concat([...parts, toUtf8(`--${boundary}--\r\n`)]),
    contentType: `multipart/form-data; boundary=${boundary}`,
  };
}

/** As browsers write it: a quote or a line end would end the name. */
function quotable(text: string): string {
  return text.replace(/["\r\n]/g, (char) => encodeURIComponent(char));
}

function toBytes(data: ArrayBuffer | ArrayBufferView): Uint8Array {
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

async function encodeBlob(blob: Blob): Promise<EncodedBody> {
  return { bytes: await blob.bytes(), contentType: blob.type === "" ? undefined : blob.type };
}

async function encodeFormData(form: FormData): Promise<EncodedBody> {
  // The platform picks a boundary that is not in the data.
  const response = new Response(form);
  const contentType = response.headers.get("content-type") ?? "multipart/form-data";
  return { bytes: await response.bytes(), contentType };
}

const encoder = new TextEncoder();
const toUtf8 = (text: string): Uint8Array => encoder.encode(text);

const compressors: ReadonlyMap<string, (bytes: Uint8Array) => Uint8Array> = new Map([
  ["gzip", (bytes: Uint8Array) => gzipSync(bytes)],
  ["deflate", (bytes: Uint8Array) => deflateSync(bytes)],
  ["br", (bytes: Uint8Array) => brotliCompressSync(bytes)],
  ["zstd", (bytes: Uint8Array) => zstdCompressSync(bytes)],
]);

/**
 * k6's `compression` parameter: a comma list, applied from left to right; an empty one does
 * nothing.
 *
 * @throws TypeError for a coding that is not known, and for a stream
 */
export function compressBody(body: EncodedBody, list: string): EncodedBody {
  if (list.trim() === "") return body;
  if (!(body.bytes instanceof Uint8Array)) throw new TypeError("Cannot compress a stream body");
  const codings = list.split(",").map((coding) => coding.trim());
  const bytes = codings.reduce<Uint8Array>((rest, name) => {
    const compress = compressors.get(name);
    if (compress) return compress(rest);
    const names = [...compressors.keys()].join(", ");
    throw new TypeError(`Cannot compress a body with "${name}": known are ${names}`);
  }, body.bytes);
  return { ...body, bytes, contentEncoding: codings.join(", "), plainBytes: body.bytes };
}
