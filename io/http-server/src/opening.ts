import { type ProxyHeader, ProxyHeaderReader, WireError } from "@breakwater/wire";
import type { SocketTransport } from "./socket-transport.ts";
import type { ProtocolConnection, ProtocolFactory, ServerContext } from "./transport.ts";

/** What a connection may turn out to speak. */
export interface Protocols {
  readonly http1: ProtocolFactory;
  readonly http2: ProtocolFactory;
}

export interface OpeningOptions {
  readonly context: ServerContext;
  readonly protocols: Protocols;
  /** The first thing that is waited for. */
  readonly awaits: "proxy header" | "handshake" | "request";
  /**
   * Takes a connection over after its PROXY header, with the bytes that follow it; without, they
   * are a request's.
   */
  readonly relay?: ((transport: SocketTransport, first: Uint8Array) => void) | undefined;
}

/** What an HTTP/2 client sends first, if it knows beforehand that this is spoken (RFC 9113 3.4). */
const PREFACE: Buffer = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "latin1");

/** A connection until it is known which protocol it speaks. */
export class Opening implements ProtocolConnection {
  readonly #transport: SocketTransport;
  readonly #options: OpeningOptions;
  readonly #openedMs: number;
  #proxyHeader: ProxyHeaderReader | undefined;
  /** A part of the preface, shorter than that. */
  #prefix: Uint8Array | undefined;
  #isFinishing: boolean = false;

  constructor(transport: SocketTransport, options: OpeningOptions) {
    this.#transport = transport;
    this.#options = options;
    this.#openedMs = options.context.clock.nowMs();
    if (options.awaits === "proxy header") this.#proxyHeader = new ProxyHeaderReader();
  }

  onData(bytes: Uint8Array): void {
    if (this.#proxyHeader === undefined) this.#sniff(bytes);
    else this.#readProxyHeader(this.#proxyHeader, bytes);
  }

  /** TLS is agreed upon, or will not be. `alpn`: false where the client offered nothing. */
  onHandshake(isSecure: boolean, alpn: string | false | null): void {
    if (!isSecure) this.#transport.reset();
    else if (alpn === "h2") {
      const protocol = this.#become(this.#options.protocols.http2);
      if (this.#isFinishing) protocol.finish();
    }
  }

  #readProxyHeader(reader: ProxyHeaderReader, bytes: Uint8Array): void {
    let end: number;
    try {
      end = reader.push(bytes);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.#transport.reset();
      return;
    }
    if (end === -1) return;
    const { header } = reader;
    this.#proxyHeader = undefined;
    if (header !== undefined) this.#believe(header);
    const rest = bytes.subarray(end);
    const { relay } = this.#options;
    if (relay !== undefined) relay(this.#transport, rest);
    else if (rest.length > 0) this.#sniff(rest);
  }

  #believe({ source, destination, isLocal }: ProxyHeader): void {
    const { connection } = this.#transport;
    if (isLocal || source === undefined || destination === undefined) return;
    this.#transport.connection = { source, destination, isTls: connection.isTls };
  }

  /** Decides with the first byte that cannot be the preface's. */
  #sniff(bytes: Uint8Array): void {
    const prefix = this.#prefix;
    const all = prefix === undefined ? bytes : Buffer.concat([prefix, bytes]);
    const compared = Math.min(all.length, PREFACE.length);
    const isHttp2 = PREFACE.compare(all, 0, compared, 0, compared) === 0;
    if (isHttp2 && compared < PREFACE.length) {
      this.#prefix = new Uint8Array(all);
      return;
    }
    const { http1, http2 } = this.#options.protocols;
    this.#become(isHttp2 ? http2 : http1).onData(all);
    if (this.#isFinishing) this.#transport.protocol.finish();
  }

  #become(factory: ProtocolFactory): ProtocolConnection {
    const protocol = factory(this.#transport, this.#options.context);
    this.#transport.protocol = protocol;
    return protocol;
  }

  onDrain(): void {}

  onEnd(): void {
    this.#transport.end();
  }

  onClose(): void {}

  sweep(nowMs: number): void {
    const { idleTimeoutMs } = this.#options.context.limits;
    const isLate = idleTimeoutMs > 0 && nowMs - this.#openedMs >= idleTimeoutMs;
    if (isLate || this.#isFinishing) this.#transport.end();
  }

  announceStop(): void {}

  /** Who has just connected is about to send: it has until the next sweep. */
  finish(): void {
    this.#isFinishing = true;
  }

  cut(): void {
    this.#transport.reset();
  }
}
