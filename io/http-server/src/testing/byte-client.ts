export interface ByteClientOptions {
  readonly port: number;
  /** 127.0.0.1 if left out. */
  readonly hostname?: string;
  /** With it, over TLS that trusts anybody; the protocols are what ALPN offers. */
  readonly alpn?: readonly string[];
}

/** A bare connection that can be slow, half closed and cut: for what befalls a transport. */
export interface ByteClient extends Disposable {
  /** As the other end sees it. */
  readonly address: string;
  /** Resolves when all of it is handed to the kernel. */
  send(bytes: Uint8Array | string): Promise<void>;
  /** Everything received, once it is so many bytes. Rejects when the connection closes before. */
  receive(bytes: number): Promise<Buffer>;
  /** Everything received, when the other end has closed its half. */
  readonly ended: Promise<Buffer>;
  /** How it was closed, by whomever. */
  readonly closed: Promise<"closed" | "reset">;
  /** Reads no more until resume(). */
  pause(): void;
  resume(): void;
  /** Closes its half. */
  endWriting(): void;
  /** TCP RST. */
  reset(): void;
}

/** Connects to a port of this machine. */
export async function byteClient(options: ByteClientOptions): Promise<ByteClient> {
  const { port, hostname = "127.0.0.1", alpn } = options;
  const state = new State();
  // As RFC 7301 writes them: each with its length.
  const offered = (alpn ?? []).map((name) => String.fromCharCode(name.length) + name).join("");
  const tls = { rejectUnauthorized: false, ALPNProtocols: Buffer.from(offered, "latin1") };
  const opened = Promise.withResolvers<void>();
  const socket = await Bun.connect({
    hostname,
    port,
    allowHalfOpen: true,
    ...(alpn !== undefined && { tls: tls as Bun.TLSOptions }),
    socket: {
      open: () => {
        if (alpn === undefined) opened.resolve();
      },
      handshake: () => opened.resolve(),
      data: (_socket, bytes) => state.take(bytes),
      drain: () => state.drained(),
      end: () => state.end(),
      close: (_socket, error) => {
        state.close(error);
        opened.resolve();
      },
      error: (_socket, error) => state.close(error),
    },
  });
  await opened.promise;
  return {
    address: `${socket.localAddress}:${socket.localPort}`,
    send: (bytes) => state.send(socket, bytes),
    receive: (bytes) => state.receive(bytes),
    ended: state.ended.promise,
    closed: state.closed.promise,
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    endWriting: () => socket.shutdown(),
    reset: () => socket.terminate(),
    [Symbol.dispose]: () => socket.terminate(),
  };
}

class State {
  readonly ended: PromiseWithResolvers<Buffer> = Promise.withResolvers<Buffer>();
  readonly closed: PromiseWithResolvers<"closed" | "reset"> = Promise.withResolvers();
  #parts: Uint8Array[] = [];
  #bytes = 0;
  #look: () => void = () => {};
  #drained: () => void = () => {};

  take(bytes: Uint8Array): void {
    this.#parts.push(bytes.slice());
    this.#bytes += bytes.length;
    this.#look();
  }

  drained(): void {
    this.#drained();
  }

  end(): void {
    this.ended.resolve(this.#all());
  }

  close(error: Error | undefined): void {
    this.closed.resolve(error === undefined ? "closed" : "reset");
    this.end();
    this.#drained();
  }

  async send(socket: Bun.Socket<undefined>, bytes: Uint8Array | string): Promise<void> {
    let rest = typeof bytes === "string" ? Buffer.from(bytes) : bytes;
    while (rest.length > 0) {
      const sent = socket.write(rest);
      if (sent < 0) throw new Error(`Cannot send ${rest.length} bytes: the connection is closed`);
      rest = rest.subarray(sent);
      if (rest.length === 0) return;
      await new Promise<void>((resolve) => {
        this.#drained = resolve;
      });
    }
  }

  receive(wanted: number): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      this.#look = () => this.#bytes >= wanted && resolve(this.#all());
      this.#look();
      const fail = () => reject(new Error(`Closed after ${this.#bytes} of ${wanted} bytes`));
      this.closed.promise.then(fail, reject);
    });
  }

  #all(): Buffer {
    this.#parts = [Buffer.concat(this.#parts)];
    return this.#parts[0] as Buffer;
  }
}
