import type { Socket, SocketHandler, TLSOptions } from "bun";
import { dialFailure } from "./dial-failure.ts";
import type { DnsCache } from "./dns-cache.ts";
import type { Failure } from "./failure.ts";
import type { Origin } from "./parse-url.ts";

/**
 * What a connection is to the dialler and to its socket: one object per connection, no closures.
 */
export interface Dialled {
  readonly origin: Origin;
  readonly isClosed: boolean;
  /** Its turn has come. */
  onDialStart(): void;
  onAddress(): void;
  onDialFailed(failure: Failure): void;
  onOpen(socket: Socket<Dialled>): void;
  onHandshake(socket: Socket<Dialled>, ok: boolean, error: Error | null): void;
  onData(bytes: Uint8Array): void;
  onDrain(): void;
  /** The peer sends no more (`end`), or the socket is gone. */
  onLost(error: Error | undefined): void;
  onSocketError(error: Error): void;
}

export interface TlsSettings {
  /** Takes any certificate. */
  readonly insecureSkipVerify: boolean;
  /** PEM; instead of the authorities that the system trusts. */
  readonly ca?: string;
}

export interface DiallerOptions {
  readonly dns: DnsCache;
  readonly tls: TlsSettings;
  readonly maxPendingConnects: number;
}

/**
 * Makes connections, so many at a time: a listen backlog of 512 must survive 5,000 users starting
 * at once.
 *
 * A connect that is given up leaves its place at once, but Bun cannot take it back: it goes on in
 * the kernel until that gives up, and what it opens then is closed.
 */
export class Dialler {
  readonly #options: DiallerOptions;
  /** In the order they came. */
  readonly #waiting = new Set<Dialled>();
  readonly #underWay = new Set<Dialled>();

  constructor(options: DiallerOptions) {
    this.#options = options;
  }

  /** Tells `dialled` how it goes, never before returning. */
  dial(dialled: Dialled): void {
    if (this.#underWay.size < this.#options.maxPendingConnects) this.#begin(dialled);
    else this.#waiting.add(dialled);
  }

  /** It is connected, has failed or was given up. */
  done(dialled: Dialled): void {
    if (!this.#underWay.delete(dialled)) {
      this.#waiting.delete(dialled);
      return;
    }
    for (const next of this.#waiting) {
      this.#waiting.delete(next);
      this.#begin(next);
      return;
    }
  }

  #begin(dialled: Dialled): void {
    this.#underWay.add(dialled);
    queueMicrotask(() => {
      if (dialled.isClosed) return;
      dialled.onDialStart();
      this.#resolve(dialled);
    });
  }

  #resolve(dialled: Dialled): void {
    const { dns } = this.#options;
    const known = dns.tryResolve(dialled.origin.host);
    if (known !== undefined) {
      this.#connect(dialled, known);
      return;
    }
    dns.resolve(dialled.origin.host).then(
      (address) => this.#connect(dialled, address),
      (error: unknown) => dialled.onDialFailed(dialFailure(dialled.origin, error)),
    );
  }

  #connect(dialled: Dialled, address: string): void {
    if (dialled.isClosed) return;
    dialled.onAddress();
    const onFailed = (error: unknown): void =>
      dialled.onDialFailed(dialFailure(dialled.origin, error));
    try {
      // A refused connect rejects, too late to add anything to what connectError was told.
      this.#openSocket(dialled, address).catch(onFailed);
    } catch (error) {
      // TLS settings that cannot be used.
      onFailed(error);
    }
  }

  #openSocket(dialled: Dialled, address: string): Promise<unknown> {
    const { host, port, secure } = dialled.origin;
    const target = { hostname: address, port, data: dialled };
    if (!secure) return Bun.connect({ ...target, socket: plainHandler });
    const tls = this.#tlsOptions(host, address);
    return Bun.connect({ ...target, socket: secureHandler, tls });
  }

  #tlsOptions(host: string, address: string): TLSOptions {
    const { ca, insecureSkipVerify } = this.#options.tls;
    return {
      // An empty name sends no SNI, as RFC 6066 3 wants of an address, and verifies the address.
      serverName: host === address ? "" : host,
      rejectUnauthorized: !insecureSkipVerify,
      ...(ca === undefined ? {} : { ca }),
    };
  }
}

/** Shared by all sockets: what differs is in `socket.data`. */
const plainHandler: SocketHandler<Dialled> = {
  binaryType: "uint8array",
  open: (socket) => socket.data.onOpen(socket),
  data: (socket, bytes) => socket.data.onData(bytes),
  drain: (socket) => socket.data.onDrain(),
  end: (socket) => socket.data.onLost(undefined),
  close: (socket, error) => socket.data.onLost(error),
  error: (socket, error) => socket.data.onSocketError(error),
  connectError: (socket, error) => socket.data.onDialFailed(dialFailure(socket.data.origin, error)),
};

const secureHandler: SocketHandler<Dialled> = {
  ...plainHandler,
  handshake: (socket, ok, error) => socket.data.onHandshake(socket, ok, error),
};
