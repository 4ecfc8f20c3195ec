import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import {
  encodeHttp2Frame,
  HpackDecoder,
  type Http2Frame,
  Http2Reader,
  http2Flag,
  http2Type,
} from "@breakwater/wire";

/** One request, when its HEADERS frame has come. */
export interface Http2Request {
  readonly peer: Http2Peer;
  readonly streamId: number;
  /** From 0, over all connections. */
  readonly index: number;
  readonly fields: readonly (readonly [string, string])[];
}

export interface Http2ServerOptions {
  /** A SETTINGS payload; empty when left out. */
  readonly settings?: Uint8Array;
  readonly onRequest?: (request: Http2Request) => void;
  readonly onFrame?: (frame: Http2Frame, peer: Http2Peer) => void;
}

/** A server without TLS that answers with whatever frames `onRequest` and `onFrame` write. */
export interface Http2Server extends AsyncDisposable {
  readonly url: string;
  readonly accepted: number;
  readonly requests: readonly Http2Request[];
  /** What clients have sent, as "type flags stream: payload in hex", but for HEADERS. */
  readonly frames: readonly string[];
  /** Ends when a frame has come that begins so. */
  received(start: string): Promise<string>;
}

const PREFACE_BYTES = 24;

export async function http2Server(options: Http2ServerOptions): Promise<Http2Server> {
  const sockets: Socket[] = [];
  const requests: Http2Request[] = [];
  const frames: string[] = [];
  const arrivals = new EventTarget();
  const note = (frame: Http2Frame, peer: Http2Peer): void => {
    const { type, flags, streamId, bytes, from, to } = frame;
    if (type === http2Type.headers) {
      const fields = peer.decoder.decode(bytes, from, to);
      const request = { peer, streamId, index: requests.length, fields };
      requests.push(request);
      options.onRequest?.(request);
    } else frames.push(`${type} ${flags} ${streamId}: ${bytes.subarray(from, to).toHex()}`);
    options.onFrame?.(frame, peer);
    arrivals.dispatchEvent(new Event("frame"));
  };
  const server = createServer((socket) => {
    sockets.push(socket);
    const peer = new Http2Peer(socket, sockets.length - 1, note);
    peer.send(http2Type.settings, 0, 0, options.settings ?? new Uint8Array(0));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    requests,
    frames,
    get accepted() {
      return sockets.length;
    },
    received: async (start) => {
      for (;;) {
        const found = frames.find((frame) => frame.startsWith(start));
        if (found !== undefined) return found;
        await once(arrivals, "frame");
      }
    },
    [Symbol.asyncDispose]: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      if (server.listening) await once(server, "close");
    },
  };
}

/** One client of the server. */
export class Http2Peer {
  readonly socket: Socket;
  /** From 0: the connection. */
  readonly connection: number;
  readonly decoder: HpackDecoder = new HpackDecoder({
    maxTableBytes: 4096,
    maxHeadBytes: 65_536,
    maxHeaders: 100,
  });

  constructor(
    socket: Socket,
    connection: number,
    onFrame: (frame: Http2Frame, peer: Http2Peer) => void,
  ) {
    this.socket = socket;
    this.connection = connection;
    const reader = new Http2Reader({
      onFrame: (frame) => {
        onFrame(frame, this);
        return true;
      },
    });
    let skip = PREFACE_BYTES;
    socket.on("error", () => {
      // Resets are what this server is for.
    });
    socket.on("data", (bytes: Buffer) => {
      const skipped = Math.min(skip, bytes.length);
      skip -= skipped;
      reader.push(bytes.subarray(skipped));
    });
  }

  send(type: number, flags: number, streamId: number, payload: Uint8Array): void {
    this.socket.write(encodeHttp2Frame({ type, flags, streamId }, payload));
  }

  /** ":status: 200", its head alone or all of it. */
  head(streamId: number, isEnd: boolean): void {
    const flags = http2Flag.endHeaders | (isEnd ? http2Flag.endStream : 0);
    this.send(http2Type.headers, flags, streamId, Uint8Array.of(0x88));
  }

  data(streamId: number, text: string, isEnd: boolean): void {
    const flags = isEnd ? http2Flag.endStream : 0;
    this.send(http2Type.data, flags, streamId, Buffer.from(text));
  }

  /** The plainest answer. */
  ok(streamId: number): void {
    this.head(streamId, false);
    this.data(streamId, "ok", true);
  }

  reset(streamId: number, code: number): void {
    this.send(http2Type.rstStream, 0, streamId, Uint8Array.of(0, 0, 0, code));
  }

  goAway(lastStreamId: number, code: number): void {
    const payload = Uint8Array.of(0, 0, 0, lastStreamId, 0, 0, 0, code);
    this.send(http2Type.goAway, 0, 0, payload);
  }
}
