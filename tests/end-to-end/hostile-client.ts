import { once } from "node:events";
import { connect } from "node:net";

/** A bare connection, for what no client that means well would send. */
export interface HostileClient extends Disposable {
  /** As latin1, so that a text can be any bytes. */
  send(text: string): void;
  /** Everything received, once it is so many bytes; undefined if the connection closes before. */
  receive(bytes: number): Promise<Buffer | undefined>;
  /** Everything received as latin1, once the connection is closed. */
  readonly closed: Promise<string>;
  readonly isClosed: boolean;
  /** Closes its half. */
  endWriting(): void;
  /** TCP RST. */
  reset(): void;
}

export async function hostileClient(port: number): Promise<HostileClient> {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  let received = Buffer.alloc(0);
  let look = (): void => {};
  const closed = Promise.withResolvers<string>();
  socket.on("data", (bytes: Buffer) => {
    received = Buffer.concat([received, bytes]);
    look();
  });
  socket.on("error", () => {});
  socket.on("end", () => socket.end());
  socket.on("close", () => {
    closed.resolve(received.toString("latin1"));
    look();
  });
  await once(socket, "connect");
  return {
    send: (text) => void socket.write(Buffer.from(text, "latin1")),
    receive: (bytes) =>
      new Promise((resolve) => {
        look = () => {
          if (received.length >= bytes) resolve(received);
          else if (socket.closed) resolve(undefined);
        };
        look();
      }),
    closed: closed.promise,
    get isClosed() {
      return socket.closed;
    },
    endWriting: () => void socket.end(),
    reset: () => void socket.resetAndDestroy(),
    [Symbol.dispose]: () => void socket.destroy(),
  };
}

/** All that is answered until the server closes the connection. */
export async function answersTo(port: number, text: string): Promise<string> {
  using client = await hostileClient(port);
  client.send(text);
  return await client.closed;
}

/** Of all answers in there, in order. */
export function statusesIn(text: string): number[] {
  return [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, digits]) => Number(digits));
}

/** A hundred at a time: the backlog of a port is 512. */
export async function inParallel(
  count: number,
  run: (index: number) => Promise<void>,
): Promise<void> {
  for (let from = 0; from < count; from += 100) {
    await Promise.all(Array.from({ length: 100 }, (_, index) => run(from + index)));
  }
}

/** RFC 9113 3.4, with SETTINGS of nothing. */
export const http2Preface: string = `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${http2Frame(4, 0, 0, "")}`;

/** RFC 9113 4.1. */
export function http2Frame(type: number, flags: number, stream: number, payload: string): string {
  const head = Buffer.alloc(9);
  head.writeUInt32BE(payload.length * 256 + type, 0);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return head.toString("latin1") + payload;
}

/** RFC 7541 6.2.2: a literal that is not indexed. Both texts are shorter than 127 bytes. */
export function http2Field(name: string, value: string): string {
  return ["\0", ...[name, value].map((text) => String.fromCharCode(text.length) + text)].join("");
}

/** The type of the first frame of those types that comes; undefined if none does. */
export async function http2FrameOf(
  client: HostileClient,
  types: readonly number[],
): Promise<number | undefined> {
  let at = 0;
  for (;;) {
    const head = await client.receive(at + 9);
    const type = head?.[at + 3];
    if (head === undefined || type === undefined || types.includes(type)) return type;
    at += 9 + head.readUIntBE(at, 3);
  }
}
