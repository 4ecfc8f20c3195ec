import type { Socket, SocketHandler } from "bun";

/** What is received beyond is only counted. */
const MAX_TEXT_BYTES = 1_048_576;
const TAIL_BYTES = 16;

/** A service whose every byte the test sends itself. */
export interface RawUpstream {
  readonly port: number;
  /** The next connection that was made, in order. */
  accept(): Promise<RawPeer>;
  /** How many were made. */
  readonly accepted: number;
  stop(): void;
}

/** One connection to it. */
export interface RawPeer {
  /** Everything received, once it ends so or has it within. */
  receive(wanted: string): Promise<string>;
  /** Bytes received, and bytes that the kernel took. */
  readonly bytes: number;
  readonly sentBytes: number;
  /** The last bytes received. */
  readonly tail: string;
  /** Of what was received. */
  readonly hash: Bun.CryptoHasher;
  /** Forgets what was received. */
  clear(): void;
  send(text: string | Uint8Array): number;
  /** Sends it all, however long the other end takes. */
  sendAll(bytes: Uint8Array): Promise<void>;
  /** Closes its half. */
  endWriting(): void;
  reset(): void;
  pause(): void;
  resume(): void;
  /** The other end has closed its half. */
  readonly ended: Promise<void>;
  /** How it was closed. */
  readonly closed: Promise<"closed" | "reset">;
}

export function rawUpstream(): RawUpstream {
  const peers: Peer[] = [];
  const waiting: ((peer: Peer) => void)[] = [];
  let accepted = 0;
  const listener = Bun.listen<Peer>({
    ...{ hostname: "127.0.0.1", port: 0, allowHalfOpen: true },
    socket: {
      ...events,
      open: (socket) => {
        const peer = new Peer(socket);
        accepted += 1;
        const next = waiting.shift();
        if (next === undefined) peers.push(peer);
        else next(peer);
      },
    },
  });
  return {
    port: listener.port,
    get accepted() {
      return accepted;
    },
    accept: () =>
      new Promise((resolve) => {
        const peer = peers.shift();
        if (peer === undefined) waiting.push(resolve);
        else resolve(peer);
      }),
    stop: () => listener.stop(true),
  };
}

/** A client whose every byte the test sends itself. */
export async function rawPeer(port: number): Promise<RawPeer> {
  const place = { hostname: "127.0.0.1", port, allowHalfOpen: true };
  const socket = await Bun.connect<Peer>({ ...place, socket: events });
  return new Peer(socket);
}

const events: SocketHandler<Peer> = {
  data: ({ data }, bytes) => data.take(bytes),
  drain: ({ data }) => data.drained(),
  end: ({ data }) => data.over.resolve(),
  close: ({ data }, error) => data?.gone(error),
  error: () => {},
};

class Peer implements RawPeer {
  bytes = 0;
  sentBytes = 0;
  tail = "";
  readonly over: PromiseWithResolvers<void> = Promise.withResolvers<void>();
  readonly #closed = Promise.withResolvers<"closed" | "reset">();
  readonly hash: Bun.CryptoHasher = new Bun.CryptoHasher("sha1");
  readonly #socket: Socket<Peer>;
  #text = "";
  #look = (): void => {};
  #onDrained = (): void => {};

  constructor(socket: Socket<Peer>) {
    this.#socket = socket;
    socket.data = this;
  }

  get ended(): Promise<void> {
    return this.over.promise;
  }

  get closed(): Promise<"closed" | "reset"> {
    return this.#closed.promise;
  }

  take(bytes: Uint8Array): void {
    this.bytes += bytes.length;
    if (this.bytes <= MAX_TEXT_BYTES) this.#text += Buffer.from(bytes).toString("latin1");
    this.tail = (this.tail + Buffer.from(bytes.subarray(-TAIL_BYTES)).toString("latin1")).slice(
      -TAIL_BYTES,
    );
    this.hash.update(bytes);
    this.#look();
  }

  drained(): void {
    this.#onDrained();
  }

  gone(error: Error | undefined): void {
    this.over.resolve();
    this.#closed.resolve(error === undefined ? "closed" : "reset");
    this.#onDrained();
  }

  receive(wanted: string): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#look = () => this.#text.includes(wanted) && resolve(this.#text);
      this.#look();
      const fail = () => reject(new Error(`Closed after ${JSON.stringify(this.#text)}`));
      this.closed.then(fail, fail);
    });
  }

  clear(): void {
    this.#text = "";
    this.bytes = 0;
    this.hash.digest();
  }

  send(text: string | Uint8Array): number {
    return this.#socket.write(typeof text === "string" ? Buffer.from(text, "latin1") : text);
  }

  async sendAll(bytes: Uint8Array): Promise<void> {
    for (let rest = bytes; rest.length > 0; ) {
      const sent = this.#socket.write(rest);
      if (sent < 0) return;
      this.sentBytes += sent;
      rest = rest.subarray(sent);
      if (rest.length === 0) return;
      await new Promise<void>((resolve) => {
        this.#onDrained = resolve;
      });
    }
  }

  endWriting(): void {
    this.#socket.shutdown();
  }

  reset(): void {
    this.#socket.terminate();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }
}
