import type { Socket } from "bun";

/** One end of a connection, for what an HTTP client would hide. */
export interface TestEnd {
  /** What has come; each read as it came. */
  readonly reads: readonly Uint8Array[];
  /** Sends all of it, as fast as it is taken. */
  send(bytes: Uint8Array | string): void;
  /** What send() still holds. */
  readonly unsentBytes: number;
  /** Sends no more, but still listens. */
  shutDown(): void;
  reset(): void;
  pause(): void;
  resume(): void;
  /** Everything received, once there are so many bytes. Rejects if the connection closes before. */
  receive(bytes: number): Promise<Buffer>;
  /** The other end sends no more. */
  readonly ended: Promise<void>;
  /** The code of the error, or "closed". */
  readonly closed: Promise<string>;
}

/** Listens on a free port of this machine. */
export interface TestListener extends Disposable {
  readonly port: number;
  /** How many have connected. */
  readonly accepted: number;
  /** The next connection that nobody has asked for. */
  next(): Promise<TestEnd>;
}

export function testListener(onOpen: (end: TestEnd) => void = () => {}): TestListener {
  const waiting: TestEnd[] = [];
  const wanted: ((end: TestEnd) => void)[] = [];
  let accepted = 0;
  const listener = Bun.listen<End>({
    hostname: "127.0.0.1",
    port: 0,
    allowHalfOpen: true,
    socket: {
      ...handlers,
      open(socket) {
        const end = new End(socket);
        socket.data = end;
        accepted += 1;
        const give = wanted.shift();
        if (give === undefined) waiting.push(end);
        else give(end);
        onOpen(end);
      },
    },
  });
  return {
    port: listener.port,
    get accepted() {
      return accepted;
    },
    next: () => {
      const end = waiting.shift();
      return end ? Promise.resolve(end) : new Promise((resolve) => wanted.push(resolve));
    },
    [Symbol.dispose]: () => void listener.stop(true),
  };
}

/** Connects to a port of this machine. */
export async function testClient(port: number): Promise<TestEnd> {
  const { promise, resolve, reject } = Promise.withResolvers<TestEnd>();
  const open = (socket: Socket<End>): void => {
    const end = new End(socket);
    socket.data = end;
    resolve(end);
  };
  const place = { hostname: "127.0.0.1", port, allowHalfOpen: true };
  Bun.connect<End>({ ...place, socket: { ...handlers, open } }).catch(reject);
  return promise;
}

class End implements TestEnd {
  readonly reads: Uint8Array[] = [];
  readonly #socket: Socket<End>;
  readonly #ended = Promise.withResolvers<void>();
  readonly #closed = Promise.withResolvers<string>();
  #unsent: Uint8Array = new Uint8Array(0);
  #isEnding: boolean = false;
  #receivedBytes = 0;
  #look = (): void => {};

  constructor(socket: Socket<End>) {
    this.#socket = socket;
  }

  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  get closed(): Promise<string> {
    return this.#closed.promise;
  }

  get unsentBytes(): number {
    return this.#unsent.length;
  }

  send(bytes: Uint8Array | string): void {
    this.#unsent = Buffer.concat([this.#unsent, Buffer.from(bytes)]);
    this.onDrain();
  }

  shutDown(): void {
    this.#isEnding = true;
    this.onDrain();
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

  receive(bytes: number): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      this.#look = () => {
        if (this.#receivedBytes >= bytes) resolve(Buffer.concat(this.reads));
      };
      this.#look();
      void this.closed.then((how) => reject(new Error(`${how} at ${this.#receivedBytes} bytes`)));
    });
  }

  onData(bytes: Uint8Array): void {
    this.reads.push(bytes.slice());
    this.#receivedBytes += bytes.length;
    this.#look();
  }

  onDrain(): void {
    if (this.#unsent.length > 0) {
      const sent = this.#socket.write(this.#unsent);
      this.#unsent = this.#unsent.subarray(Math.max(0, sent));
    }
    if (this.#isEnding && this.#unsent.length === 0) this.#socket.shutdown();
  }

  onEnd(): void {
    this.#ended.resolve();
  }

  onClose(error: Error | undefined): void {
    this.#closed.resolve(error && "code" in error ? String(error.code) : "closed");
  }
}

const handlers = {
  data: ({ data }: Socket<End>, bytes: Uint8Array) => data.onData(bytes),
  drain: ({ data }: Socket<End>) => data.onDrain(),
  end: ({ data }: Socket<End>) => data.onEnd(),
  close: ({ data }: Socket<End>, error?: Error) => data.onClose(error),
};
