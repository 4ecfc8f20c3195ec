import type { Clock } from "@breakwater/clock";
import type { Socket } from "bun";
import { handshakeFailure, tlsFailureCode } from "./dial-failure.ts";
import type { Dialled, Dialler } from "./dialler.ts";
import type { Failure } from "./failure.ts";
import type { Origin } from "./parse-url.ts";
import type { HttpProxy } from "./proxy.ts";
import type { TlsContext } from "./tls-settings.ts";

export interface ProbeOptions {
  readonly clock: Clock;
  readonly dialler: Dialler;
  readonly tls: TlsContext;
  readonly proxyFor: (origin: Origin) => HttpProxy | undefined;
  readonly connectTimeoutMs: number;
}

/** Connects, checks the certificate and closes without a request: why that failed, if it did. */
export function probe(origin: Origin, options: ProbeOptions): Promise<Failure | undefined> {
  return new Promise((resolve) => options.dialler.dial(new Probe(origin, options, resolve)));
}

class Probe implements Dialled {
  readonly origin: Origin;
  readonly alpn = "http/1.1";
  readonly localAddress = undefined;
  readonly proxy: HttpProxy | undefined;
  isClosed: boolean = false;
  readonly #options: ProbeOptions;
  readonly #resolve: (failure: Failure | undefined) => void;
  readonly #cancelTimeout: () => void;
  #socket: Socket<Dialled> | undefined;

  constructor(
    origin: Origin,
    options: ProbeOptions,
    resolve: (failure: Failure | undefined) => void,
  ) {
    this.origin = origin;
    this.proxy = options.proxyFor(origin);
    this.#options = options;
    this.#resolve = resolve;
    const { clock, connectTimeoutMs } = options;
    this.#cancelTimeout = clock.at(clock.nowMs() + connectTimeoutMs, () => {
      const message = `Cannot connect to ${origin.key}: no connection in ${connectTimeoutMs} ms`;
      this.#end({ code: "connect_timeout", message });
    });
  }

  onDialStart(): void {}
  onAddress(): void {}
  onData(): void {}
  onDrain(): void {}

  onDialFailed(failure: Failure): void {
    this.#end(failure);
  }

  onOpen(socket: Socket<Dialled>): void {
    this.#socket = socket;
    if (this.isClosed) socket.terminate();
    else if (!this.origin.secure) this.#end(undefined);
  }

  onHandshake(socket: Socket<Dialled>, ok: boolean, error: Error | null): void {
    if (this.isClosed) return;
    const { insecureSkipVerify } = this.#options.tls;
    const outcome = { ok, error, insecureSkipVerify };
    this.#end(handshakeFailure(socket, this.origin, outcome));
  }

  onLost(): void {
    const message = `Cannot connect to ${this.origin.key}: closed by the peer`;
    this.#end({ code: "tls_failed", message });
  }

  onSocketError(error: Error): void {
    const message = `Cannot connect to ${this.origin.key}: ${error.message}`;
    this.#end({ code: tlsFailureCode(error.message), message });
  }

  #end(failure: Failure | undefined): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.#cancelTimeout();
    this.#options.dialler.done(this);
    if (failure === undefined) this.#socket?.end();
    else this.#socket?.terminate();
    this.#resolve(failure);
  }
}
