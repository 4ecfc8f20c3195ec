import type { Socket } from "bun";
import { BenchError } from "../../bench-error.ts";

export interface RawSocketOptions {
  readonly port: number;
  /** The bytes of a frame's payload, valid during the call. */
  readonly onFrame: (payload: Uint8Array) => void;
  /** After all frames of one read. */
  readonly onRead?: () => void;
  readonly onClose?: () => void;
}

/** A WebSocket client that does as little as can be: what is measured is the server. */
export interface RawSocket {
  /** Whole frames, as toFrame() makes them. */
  readonly send: (frames: Uint8Array) => void;
  readonly close: () => void;
}

/** A masked text frame whose mask is zero: its payload stands in it as it is. */
export function toFrame(text: string): Uint8Array {
  const payload = Buffer.from(text);
  if (payload.length > 65_535) throw new BenchError("bad_argument", "A frame takes 65,535 bytes");
  const head =
    payload.length < 126
      ? [0x81, 0x80 | payload.length]
      : [0x81, 0x80 | 126, payload.length >> 8, payload.length & 255];
  return Buffer.concat([Buffer.from([...head, 0, 0, 0, 0]), payload]);
}

/** Connects and shakes hands. */
export function openRawSocket(options: RawSocketOptions): Promise<RawSocket> {
  const opened = Promise.withResolvers<RawSocket>();
  const reader = new FrameReader(options);
  let unsent: Uint8Array[] = [];
  let isOpen: boolean = false;
  const flush = (socket: Socket): void => {
    while (unsent.length > 0) {
      const joined = unsent.length === 1 ? unsent[0]! : Buffer.concat(unsent);
      const written = socket.write(joined);
      unsent = written >= joined.length ? [] : [joined.subarray(Math.max(0, written))];
      if (written < joined.length) return;
    }
  };
  let head = Buffer.alloc(0);
  Bun.connect({
    hostname: "127.0.0.1",
    port: options.port,
    socket: {
      open: (socket) => {
        socket.setNoDelay(true);
        socket.write(handshake);
      },
      data: (socket, bytes) => {
        if (isOpen) {
          reader.push(bytes);
          return;
        }
        head = Buffer.concat([head, bytes]);
        const end = head.indexOf("\r\n\r\n");
        if (end < 0) return;
        isOpen = true;
        if (!head.includes(" 101 ")) {
          opened.reject(
            new BenchError("run_failed", `No WebSocket: ${head.toString().slice(0, 80)}`),
          );
          return;
        }
        opened.resolve({
          send: (frames) => {
            unsent.push(frames);
            if (unsent.length === 1) flush(socket);
          },
          close: () => socket.end(),
        });
        if (head.length > end + 4) reader.push(head.subarray(end + 4));
      },
      drain: flush,
      close: () => {
        opened.reject(new BenchError("run_failed", "The server closed before the handshake"));
        options.onClose?.();
      },
      connectError: (_, error) => opened.reject(error),
      error: () => {},
    },
  }).catch(opened.reject);
  return opened.promise;
}

const handshake = [
  "GET / HTTP/1.1",
  "Host: 127.0.0.1",
  "Upgrade: websocket",
  "Connection: Upgrade",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  "Sec-WebSocket-Version: 13",
  "\r\n",
].join("\r\n");

/** Walks over a server's frames, which have no mask and, here, no fragments. */
class FrameReader {
  readonly #options: RawSocketOptions;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(options: RawSocketOptions) {
    this.#options = options;
  }

  push(read: Uint8Array): void {
    const bytes = this.#rest.length === 0 ? read : Buffer.concat([this.#rest, read]);
    let at = 0;
    for (;;) {
      const size = frameSize(bytes, at);
      if (size === undefined || at + size.head + size.payload > bytes.length) break;
      const end = at + size.head + size.payload;
      if ((bytes[at]! & 15) === 1) this.#options.onFrame(bytes.subarray(at + size.head, end));
      at = end;
    }
    this.#rest = at === bytes.length ? empty : Buffer.from(bytes.subarray(at));
    this.#options.onRead?.();
  }
}

const empty = new Uint8Array(0);

interface FrameSize {
  readonly head: number;
  readonly payload: number;
}

/** RFC 6455 5.2. */
function frameSize(bytes: Uint8Array, at: number): FrameSize | undefined {
  if (bytes.length < at + 2) return undefined;
  const short = bytes[at + 1]! & 127;
  if (short < 126) return { head: 2, payload: short };
  const head = short === 126 ? 4 : 10;
  if (bytes.length < at + head) return undefined;
  let payload = 0;
  for (let index = at + 2; index < at + head; index += 1) payload = payload * 256 + bytes[index]!;
  return { head, payload };
}
