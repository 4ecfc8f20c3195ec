import { isIP } from "node:net";
import type { Socket, SocketHandler, TLSOptions } from "bun";
import type { WsFailure } from "./failure.ts";
import type { WsUrl } from "./parse-ws-url.ts";

/** What a connection is to the dialler and to its socket: one object, no closures. */
export interface Dialled {
  readonly url: WsUrl;
  readonly isClosed: boolean;
  readonly localAddress: string | undefined;
  onDialFailed(failure: WsFailure): void;
  onOpen(socket: Socket<Dialled>): void;
  onTlsHandshake(socket: Socket<Dialled>, ok: boolean, error: Error | null): void;
  onData(bytes: Uint8Array): void;
  onDrain(): void;
  /** The peer sends no more, or the socket is gone. */
  onLost(error: Error | undefined): void;
}

/** Where to connect for a host and port. Rejects with an Error that says why not. */
export type Resolve = (target: ConnectTarget) => Promise<ConnectTarget>;

export interface ConnectTarget {
  readonly host: string;
  readonly port: number;
}

/** How to speak TLS to a host; `serverName` is "" for an address. */
export type TlsFor = (host: string, serverName: string) => TLSOptions;

export interface DiallerOptions {
  readonly resolve: Resolve;
  readonly tlsFor: TlsFor;
  /** So many are made at once; the others wait. */
  readonly maxPendingConnects: number;
}

/** Makes connections, so many at a time: see the dialler of io/http-client. */
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
    const { host, port, hostHeader } = dialled.url;
    this.#options.resolve({ host, port }).then(
      (target) => this.#connect(dialled, target),
      (error: unknown) => {
        const why = `Cannot connect to ${hostHeader}: ${messageOf(error)}`;
        dialled.onDialFailed({ code: "lookup_failed", message: why });
      },
    );
  }

  #connect(dialled: Dialled, target: ConnectTarget): void {
    if (dialled.isClosed) return;
    const onFailed = (error: unknown): void =>
      dialled.onDialFailed(dialFailure(dialled.url, error));
    try {
      // A refused connect rejects, too late to add anything to what connectError was told.
      this.#openSocket(dialled, target).catch(onFailed);
    } catch (error) {
      // TLS settings that cannot be used.
      onFailed(error);
    }
  }

  #openSocket(dialled: Dialled, { host, port }: ConnectTarget): Promise<unknown> {
    const { localAddress } = dialled;
    const target = {
      hostname: host,
      port,
      data: dialled,
      ...(localAddress !== undefined && { localAddress }),
    };
    if (!dialled.url.secure) return Bun.connect({ ...target, socket: plainHandler });
    const tls = tlsOptionsOf(dialled.url, this.#options.tlsFor);
    return Bun.connect({ ...target, socket: secureHandler, tls });
  }
}

/** No SNI for an address, as RFC 6066 3 wants it; it is verified all the same. */
export function tlsOptionsOf({ host }: WsUrl, tlsFor: TlsFor): TLSOptions {
  return tlsFor(host, isIP(host) === 0 ? host : "");
}

/** Shared by all sockets: what differs is in `socket.data`. */
const plainHandler: SocketHandler<Dialled> = {
  binaryType: "uint8array",
  open: (socket) => socket.data.onOpen(socket),
  data: (socket, bytes) => socket.data.onData(bytes),
  drain: (socket) => socket.data.onDrain(),
  end: (socket) => socket.data.onLost(undefined),
  close: (socket, error) => socket.data.onLost(error),
  error: (socket, error) => socket.data.onLost(error),
  connectError: (socket, error) => socket.data.onDialFailed(dialFailure(socket.data.url, error)),
};

const secureHandler: SocketHandler<Dialled> = {
  ...plainHandler,
  handshake: (socket, ok, error) => socket.data.onTlsHandshake(socket, ok, error),
};

/** Why a TLS handshake leaves us without a connection we may use; undefined when it does not. */
export function tlsFailure(
  socket: Socket<Dialled>,
  { hostHeader }: WsUrl,
  outcome: { ok: boolean; error: Error | null; insecureSkipVerify: boolean },
): WsFailure | undefined {
  const { ok, error, insecureSkipVerify } = outcome;
  if (ok) return undefined;
  // Without a cipher it did not come to a certificate.
  const hasCipher = Boolean(socket.getCipher()?.name);
  // Bun says false to a name that does not match even when nothing is to be verified.
  if (hasCipher && insecureSkipVerify) return undefined;
  const reason = error?.message ?? "the handshake failed";
  const advice = hasCipher ? "" : "; does the server speak TLS there?";
  return { code: "tls_failed", message: `Cannot connect to ${hostHeader}: ${reason}${advice}` };
}

function dialFailure({ hostHeader }: WsUrl, error: unknown): WsFailure {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const about = `Cannot connect to ${hostHeader}:`;
  switch (code) {
    case "ECONNREFUSED":
      return {
        code: "connect_refused",
        message: `${about} connection refused; does a server listen there?`,
      };
    case "ERR_BORINGSSL":
      return {
        code: "tls_failed",
        message: `${about} ${messageOf(error)}; check the TLS settings`,
      };
    default:
      return { code: "connect_failed", message: `${about} ${code || messageOf(error)}` };
  }
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
