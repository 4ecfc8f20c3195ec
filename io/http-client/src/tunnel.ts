import { defaultLimits, ResponseDecoder, type ResponseHead, WireError } from "@breakwater/wire";
import type { Socket } from "bun";
import type { Dialled } from "./dialler.ts";
import type { Failure } from "./failure.ts";
import type { Origin } from "./parse-url.ts";
import { connectRequest, type HttpProxy } from "./proxy.ts";

export interface TunnelOwner {
  readonly origin: Origin;
  readonly isClosed: boolean;
  onDialFailed(failure: Failure): void;
}

/**
 * The way through a proxy: the TCP connection to it, until TLS begins on it. From then on Bun still
 * brings the socket's raw bytes here, which are of no interest.
 */
export class Tunnel implements Dialled {
  readonly origin: Origin;
  readonly alpn = "http/1.1";
  readonly localAddress = undefined;
  readonly #owner: TunnelOwner;
  readonly #proxy: HttpProxy;
  readonly #onReady: (socket: Socket<Dialled>) => void;
  readonly #decoder: ResponseDecoder;
  #socket: Socket<Dialled> | undefined;
  #head: ResponseHead | undefined;
  #isDone: boolean = false;

  constructor(owner: TunnelOwner, proxy: HttpProxy, onReady: (socket: Socket<Dialled>) => void) {
    this.origin = owner.origin;
    this.#owner = owner;
    this.#proxy = proxy;
    this.#onReady = onReady;
    this.#decoder = new ResponseDecoder(defaultLimits, {
      onHead: (head) => {
        this.#head = head;
      },
      onEnd: () => {},
    });
    this.#decoder.expect("CONNECT");
  }

  get proxy(): HttpProxy {
    return this.#proxy;
  }

  get isClosed(): boolean {
    return this.#owner.isClosed;
  }

  /** Nobody waits for it any more. */
  stop(): void {
    if (this.#isDone) return;
    this.#isDone = true;
    this.#socket?.terminate();
  }

  onOpen(socket: Socket<Dialled>): void {
    this.#socket = socket;
    if (this.#isDone || this.isClosed) {
      socket.terminate();
      return;
    }
    socket.write(connectRequest(this.origin, this.#proxy));
  }

  onData(bytes: Uint8Array): void {
    if (this.#isDone) return;
    try {
      const usedBytes = this.#decoder.push(bytes);
      if (this.#head === undefined) return;
      const { status } = this.#head;
      if (status < 200 || status > 299) this.#fail(`it answers ${status}`);
      else if (usedBytes < bytes.length) this.#fail("it speaks before it is asked to");
      else this.#finish();
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.#fail(error.message);
    }
  }

  onLost(error: Error | undefined): void {
    this.#fail(error === undefined ? "it closed the connection" : error.message);
  }

  onSocketError(error: Error): void {
    this.#fail(error.message);
  }

  onDialFailed(failure: Failure): void {
    if (this.#isDone) return;
    this.#isDone = true;
    const where = `its proxy ${this.#proxy.host}:${this.#proxy.port}`;
    this.#owner.onDialFailed({ ...failure, message: `${failure.message}, which is ${where}` });
  }

  onDialStart(): void {}
  onAddress(): void {}
  onHandshake(): void {}
  onDrain(): void {}

  #finish(): void {
    this.#isDone = true;
    this.#onReady(this.#socket!);
  }

  #fail(reason: string): void {
    if (this.#isDone) return;
    this.#isDone = true;
    this.#socket?.terminate();
    const { host, port } = this.#proxy;
    const message = `Cannot connect to ${this.origin.key} through ${host}:${port}: ${reason}`;
    this.#owner.onDialFailed({ code: "proxy_failed", message });
  }
}
