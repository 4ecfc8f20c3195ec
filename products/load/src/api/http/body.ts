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
    this.data = data;
    this.filename = filename;
    this.content_type = contentType;
  }
}

export interface EncodedBody {
  readonly bytes: Uint8Array | ReadableStream<Uint8Array>;
  /** Goes into the head unless the script gives its own. */
  readonly contentType: string | undefined;
}

/** The bytes of a body that is known at once; a promise only for multipart and a Blob. */
export function encodeBody(body: RequestBody): EncodedBody | Promise<EncodedBody> | undefined {
  if (body === null || body === undefined) return undefined;
  if (typeof body === "string") return { bytes: toUtf8(body), contentType: undefined };
  if (body instanceof ArrayBuffer) return { bytes: new Uint8Array(body), contentType: undefined };
  if (ArrayBuffer.isView(body)) {
    const bytes = new Uint8Array(body.buffer, body.byteOffset, body.byteLength);
    return { bytes, contentType: undefined };
  }
  if (body instanceof ReadableStream) return { bytes: body, contentType: undefined };
  if (body instanceof FormData) return encodeFormData(body);
  if (body instanceof URLSearchParams)
    return { bytes: toUtf8(String(body)), contentType: formType };
  if (body instanceof Blob) return encodeBlob(body);
  if (typeof body !== "object") {
    throw new TypeError(`Cannot send a ${typeof body} as a body: give text, bytes or an object`);
  }
  const fields = toFields(body);
  if (fields.some(([, value]) => value instanceof FileData)) return encodeMultipart(fields);
  const form = new URLSearchParams(fields as [string, string][]);
  return { bytes: toUtf8(form.toString()), contentType: formType };
}

const formType = "application/x-www-form-urlencoded";

type Field = readonly [key: string, value: string | FileData];

/** k6's form: keys sorted, an array repeats its key, null is empty. */
function toFields(body: Readonly<Record<string, unknown>>): readonly Field[] {
  return Object.entries(body)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([key, value]) =>
      (Array.isArray(value) ? value : [value]).map((one) => field(key, one)),
    );
}

function field(key: string, value: unknown): Field {
  if (value instanceof FileData) return [key, value];
  if (value === null || value === undefined) return [key, ""];
  if (typeof value !== "object") return [key, String(value)];
  throw new TypeError(
    `Cannot send an object in the form field "${key}": give text, or send JSON.stringify() of all`,
  );
}

function encodeMultipart(fields: readonly Field[]): Promise<EncodedBody> {
  const form = new FormData();
  for (const [key, value] of fields) {
    if (value instanceof FileData) {
      const { data, filename, content_type: type } = value;
      form.append(key, new File([data as Bun.BlobPart], filename, { type }), filename);
    } else {
      form.append(key, value);
    }
  }
  return encodeFormData(form);
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

/** k6's `compression` parameter: a comma list, applied from left to right. */
export function compressBody(body: EncodedBody, list: string): EncodedBody {
  if (!(body.bytes instanceof Uint8Array)) throw new TypeError("Cannot compress a stream body");
  const bytes = list.split(",").reduce<Uint8Array>((rest, part) => {
    const name = part.trim();
    const compress = compressors.get(name);
    if (compress) return compress(rest);
    const names = [...compressors.keys()].join(", ");
    throw new TypeError(`Cannot compress a body with "${name}": known are ${names}`);
  }, body.bytes);
  return { ...body, bytes };
}
