import {
  encodeHttp2Frame,
  encodeRequestBlock,
  type Field,
  HpackDecoder,
  http2Flag,
  http2Type,
  readUint31,
  readUint32,
} from "@breakwater/wire";
import type { Handler } from "../../exchange.ts";
import type { ServerLimits } from "../../http-server.ts";
import { FakeTransport, type TestContext, testContext } from "../../testing/fake-transport.ts";
import type { ProtocolConnection } from "../../transport.ts";
import { http2Connection } from "../http2-connection.ts";

export interface PeerFrame {
  readonly type: number;
  readonly flags: number;
  readonly streamId: number;
  readonly payload: Buffer;
}

export interface PeerOptions {
  readonly limits?: Partial<ServerLimits>;
  /** Our SETTINGS payload in hex; none if left out. */
  readonly settings?: string;
  readonly altSvc?: string;
  /** Leaves preface and SETTINGS to the test. */
  readonly isBare?: boolean;
}

/** What a stream was told. */
export interface PeerAnswer {
  /** "200" or "103 200": the statuses of its heads. */
  readonly statuses: string;
  /** Those of the last head that has a status. */
  readonly fields: readonly Field[];
  readonly trailers: readonly Field[] | undefined;
  readonly body: string;
  readonly isEnded: boolean;
  readonly resetCode: number | undefined;
}

export const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/** A client that sends whatever frames a test wants, over a transport without a socket. */
export class Http2Peer {
  readonly transport: FakeTransport = new FakeTransport();
  readonly context: TestContext;
  readonly server: ProtocolConnection;
  readonly #decoder = new HpackDecoder({
    maxTableBytes: 4096,
    maxHeadBytes: 1_000_000,
    maxHeaders: 1000,
  });
  readonly #fieldsOf = new Map<PeerFrame, readonly Field[]>();
  readonly #frames: PeerFrame[] = [];
  #readBytes = 0;

  constructor(handler: Handler, options: PeerOptions = {}) {
    const { limits, settings = "", altSvc, isBare = false } = options;
    this.context = { ...testContext(handler, limits), altSvc };
    this.server = http2Connection(this.transport, this.context);
    if (!isBare) this.raw(preface, frame(http2Type.settings, 0, 0, Buffer.from(settings, "hex")));
  }

  /** In one read. */
  raw(...parts: readonly (string | Uint8Array)[]): void {
    this.server.onData(Buffer.concat(parts.map((part) => Buffer.from(part as string, "latin1"))));
  }

  send(type: number, flags: number, streamId: number, payload: string | Uint8Array = ""): void {
    this.raw(frame(type, flags, streamId, payload));
  }

  /** HEADERS of a request; without a body if `isEnd`. */
  request(streamId: number, path: string, options: Parameters<typeof requestFrame>[2] = {}): void {
    this.raw(requestFrame(streamId, path, options));
  }

  data(streamId: number, body: string | Uint8Array, isEnd = false): void {
    this.send(http2Type.data, isEnd ? http2Flag.endStream : 0, streamId, body);
  }

  openWindow(streamId: number, bytes: number): void {
    this.send(http2Type.windowUpdate, 0, streamId, uint32(bytes));
  }

  /** All that was received, what waits for the turn's end included. */
  async frames(): Promise<readonly PeerFrame[]> {
    await Promise.resolve();
    const bytes = Buffer.from(this.transport.text, "latin1");
    while (this.#readBytes + 9 <= bytes.length) {
      const at = this.#readBytes;
      const end = at + 9 + bytes.readUIntBE(at, 3);
      if (end > bytes.length) break;
      const streamId = readUint31(bytes, at + 5);
      const payload = bytes.subarray(at + 9, end);
      this.#note({ type: bytes[at + 3]!, flags: bytes[at + 4]!, streamId, payload });
      this.#readBytes = end;
    }
    return this.#frames;
  }

  #note(received: PeerFrame): void {
    this.#frames.push(received);
    if (received.type !== http2Type.headers && received.type !== http2Type.continuation) return;
    if ((received.flags & http2Flag.endHeaders) === 0) return;
    const first = this.#frames.findLastIndex(({ type }) => type === http2Type.headers);
    const parts = this.#frames.slice(first).map(({ payload }) => payload);
    const block = Buffer.concat(parts);
    this.#fieldsOf.set(this.#frames[first]!, this.#decoder.decode(block, 0, block.length));
  }

  /** As "type flags stream: payload in hex", without what every connection begins with. */
  async summary(): Promise<string[]> {
    const frames = await this.frames();
    return frames
      .slice(3)
      .map(({ type, flags, streamId, payload }) =>
        `${type} ${flags} ${streamId}: ${payload.toHex()}`.trimEnd(),
      );
  }

  async answer(streamId: number): Promise<PeerAnswer> {
    const frames = (await this.frames()).filter((each) => each.streamId === streamId);
    const heads = frames.filter(({ type }) => type === http2Type.headers);
    const sections = heads.map((head) => this.#fieldsOf.get(head) ?? []);
    const isHead = (fields: readonly Field[]) => fields[0]?.[0] === ":status";
    const data = frames.filter(({ type }) => type === http2Type.data);
    const reset = frames.find(({ type }) => type === http2Type.rstStream);
    return {
      statuses: sections
        .filter(isHead)
        .map(([status]) => status![1])
        .join(" "),
      fields: sections.findLast(isHead)?.slice(1) ?? [],
      trailers: sections.find((fields) => !isHead(fields)),
      body: Buffer.concat(data.map(({ payload }) => payload)).toString("latin1"),
      isEnded: [...heads, ...data].some(({ flags }) => (flags & http2Flag.endStream) !== 0),
      resetCode: reset && readUint32(reset.payload, 0),
    };
  }

  /** The GOAWAYs, as "last stream: code". */
  async goAways(): Promise<string[]> {
    return (await this.frames())
      .filter(({ type }) => type === http2Type.goAway)
      .map(({ payload }) => `${readUint32(payload, 0)}: ${readUint32(payload, 4)}`);
  }

  /** How much the server allows us beyond what counts at first, on a stream or, 0, in all. */
  async windowOpened(streamId: number): Promise<number> {
    return (await this.frames())
      .filter((each) => each.type === http2Type.windowUpdate && each.streamId === streamId)
      .reduce((sum, { payload }) => sum + readUint32(payload, 0), 0);
  }
}

/** Text as latin1. */
export function frame(
  type: number,
  flags: number,
  streamId: number,
  payload: string | Uint8Array = "",
): Uint8Array {
  return encodeHttp2Frame({ type, flags, streamId }, Buffer.from(payload as string, "latin1"));
}

export function requestFrame(
  streamId: number,
  path: string,
  options: {
    readonly method?: string;
    readonly fields?: readonly Field[];
    /** Default: true. */
    readonly isEnd?: boolean;
  } = {},
): Uint8Array {
  const { method = "GET", fields = [], isEnd = true } = options;
  const block = encodeRequestBlock({ method, scheme: "http", authority: "a.test", path, fields });
  const flags = http2Flag.endHeaders | (isEnd ? http2Flag.endStream : 0);
  return frame(http2Type.headers, flags, streamId, block);
}

export function uint32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
