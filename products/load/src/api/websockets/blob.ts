export interface BlobOptions {
  readonly type?: string;
}

/** k6's Blob: bytes that do not change, which a WebSocket can give and take. */
export class Blob {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly type: string;

  /** @throws TypeError for a part that is no text, buffer, view or Blob */
  constructor(parts?: Iterable<unknown> | null, options?: BlobOptions | null) {
    if (options !== undefined && options !== null && typeof options !== "object") {
      throw new TypeError(`Cannot make a Blob with ${String(options)}: options are an object`);
    }
    this.#bytes = joined([...(parts ?? [])].map(toBytes));
    this.type = options?.type === undefined ? "" : String(options.type);
  }

  /** The bytes themselves, not to be written to; undefined for what is no Blob. */
  static bytesOf(value: unknown): Uint8Array<ArrayBuffer> | undefined {
    return value instanceof Blob ? value.#bytes : undefined;
  }

  get size(): number {
    return this.#bytes.length;
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return this.#bytes.slice().buffer;
  }

  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    return this.#bytes.slice();
  }

  async text(): Promise<string> {
    return new TextDecoder().decode(this.#bytes);
  }

  /** Negative positions count from the end. */
  slice(from?: number, to?: number, type?: string): Blob {
    return new Blob([this.#bytes.subarray(from, to)], { type: type ?? "" });
  }

  stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    const bytes = this.#bytes.slice();
    return new ReadableStream({
      start(controller) {
        if (bytes.length > 0) controller.enqueue(bytes);
        controller.close();
      },
    });
  }

  toString(): string {
    return "[object Blob]";
  }
}

/** What can be sent as bytes; undefined for what cannot. */
export function tryBytes(value: unknown): Uint8Array | undefined {
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (ArrayBuffer.isView(value)) {
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  }
  return Blob.bytesOf(value);
}

function toBytes(part: unknown): Uint8Array {
  const bytes = typeof part === "string" ? new TextEncoder().encode(part) : tryBytes(part);
  if (bytes !== undefined) return bytes;
  throw new TypeError(
    `Cannot put ${String(part)} into a Blob: give text, an ArrayBuffer, a view or a Blob`,
  );
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
