import { isIP } from "node:net";
import type { Socket, SocketHandler } from "bun";
import type { AddressRules, Target } from "./address-rules.ts";
import { dialFailure } from "./dial-failure.ts";
import type { DnsCache } from "./dns-cache.ts";
import type { Failure } from "./failure.ts";
import type { Origin } from "./parse-url.ts";
import type { HttpProxy } from "./proxy.ts";
import type { TlsContext } from "./tls-settings.ts";
import { Tunnel } from "./tunnel.ts";

/** What is offered by ALPN; "http/1.1" offers nothing. */
export type Alpn = "http/1.1" | "h2" | "h2,http/1.1";

/**
 * What a connection is to the dialler and to its socket: one object per connection, no closures.
 */
export interface Dialled {
  readonly origin: Origin;
  readonly isClosed: boolean;
  readonly alpn: Alpn;
  readonly proxy: HttpProxy | undefined;
  readonly localAddress: string | undefined;
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

export interface DiallerOptions {
  readonly dns: DnsCache;
  readonly rules: AddressRules;
  readonly tls: TlsContext;
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
  readonly #tunnels = new Map<Dialled, Tunnel>();

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
    if (dialled.proxy !== undefined) this.#endTunnel(dialled);
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

  #endTunnel(dialled: Dialled): void {
    this.#tunnels.get(dialled)?.stop();
    this.#tunnels.delete(dialled);
  }

  #resolve(dialled: Dialled): void {
    const { host, port } = dialled.proxy ?? dialled.origin;
    const onFailed = (error: unknown): void =>
      dialled.onDialFailed(dialFailure(dialled.origin, error));
    try {
      const { dns, rules } = this.#options;
      if (dialled.proxy?.refusal !== undefined) throw dialled.proxy.refusal;
      const mapped = rules.tryMap(host, port);
      const known = mapped?.address ?? dns.tryResolve(host);
      if (known !== undefined) {
        this.#connect(dialled, { address: known, port: mapped?.port ?? port });
        return;
      }
      dns.resolve(host).then((address) => this.#connect(dialled, { address, port }), onFailed);
    } catch (error) {
      onFailed(error);
    }
  }

  #connect(dialled: Dialled, target: Target): void {
    if (dialled.isClosed) return;
    const onFailed = (error: unknown): void =>
      dialled.onDialFailed(dialFailure(dialled.origin, error));
    try {
      this.#options.rules.assertAllowed(dialled.origin.host, target.address);
      dialled.onAddress();
      // A refused connect rejects, too late to add anything to what connectError was told.
      this.#openSocket(dialled, target).catch(onFailed);
    } catch (error) {
      // Addresses that are not to be used, and TLS settings that cannot be.
      onFailed(error);
    }
  }

  #openSocket(dialled: Dialled, { address, port }: Target): Promise<unknown> {
    const { origin, proxy, localAddress } = dialled;
    const target = {
      hostname: address,
      port,
      data: dialled,
      ...(localAddress !== undefined && { localAddress }),
    };
    if (!origin.secure) return Bun.connect({ ...target, socket: plainHandler });
    if (proxy === undefined) {
      const tls = this.#tlsOptions(dialled, address);
      return Bun.connect({ ...target, socket: secureHandler, tls });
    }
    const tunnel = new Tunnel(dialled, proxy, (socket) => this.#secure(dialled, socket));
    this.#tunnels.set(dialled, tunnel);
    return Bun.connect({ ...target, data: tunnel, socket: plainHandler });
  }

  /** Begins TLS on a connection through a proxy. */
  #secure(dialled: Dialled, socket: Socket<Dialled>): void {
    const tls = this.#tlsOptions(dialled, undefined);
    socket.upgradeTLS({ data: dialled, tls, socket: secureHandler });
  }

  #tlsOptions({ origin: { host }, alpn }: Dialled, address: string | undefined) {
    // An empty name sends no SNI, as RFC 6066 3 wants of an address, and verifies the address.
    const isAddress = host === address || (address === undefined && isIP(host) !== 0);
    return this.#options.tls.optionsFor(host, isAddress ? "" : host, alpnBytes[alpn]);
  }
}

/** In wire format (RFC 7301 3.1); as text Bun 1.4.5 ignores them. */
const alpnBytes: Readonly<Record<Alpn, Uint8Array | undefined>> = {
  "http/1.1": undefined,
  h2: Buffer.from("\x02h2"),
  "h2,http/1.1": Buffer.from("\x02h2\x08http/1.1"),
};

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
