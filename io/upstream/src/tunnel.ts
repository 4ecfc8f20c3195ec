import type { Exchange, Wire, WireReader } from "@breakwater/http-server";
import type { Field } from "@breakwater/wire";
import type { ByteUser, UpstreamConnection } from "./upstream-connection.ts";

export interface TunnelEnds {
  readonly exchange: Exchange;
  readonly connection: UpstreamConnection;
}

export interface TunnelOptions {
  /** Of the upstream's 101. */
  readonly fields: readonly Field[];
  /** What came behind it. */
  readonly rest: Uint8Array;
  /** Once one side sends no more: how long the other may stand still. 0: for ever. */
  readonly halfOpenMs: number;
  /** `bytes`: passed to the client, without the head. */
  readonly onClosed: (bytes: number) => void;
}

/**
 * Opens the WebSocket that the upstream has agreed to: bytes both ways, each way no faster than
 * they are taken. False: the client's connection is not to be had.
 */
export function tryOpenTunnel(ends: TunnelEnds, options: TunnelOptions): boolean {
  const tunnel = new Tunnel(ends.connection, options);
  const wire = ends.exchange.takeOver(tunnel);
  if (wire !== undefined) tunnel.open(wire, options);
  return wire !== undefined;
}

class Tunnel implements ByteUser, WireReader {
  readonly #connection: UpstreamConnection;
  readonly #options: TunnelOptions;
  #wire: Wire | undefined;
  #bytes = 0;
  #isHalfOpen: boolean = false;
  #isClosed: boolean = false;
  #hasMoved: boolean = true;
  #quietSinceMs = 0;

  constructor(connection: UpstreamConnection, options: TunnelOptions) {
    this.#connection = connection;
    this.#options = options;
  }

  open(wire: Wire, { fields, rest }: TunnelOptions): void {
    this.#wire = wire;
    this.#connection.becomeTunnel(this);
    wire.onDrain(() => this.#connection.resume());
    const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`).join("");
    const head = Buffer.from(`${switching}${lines}\r\n`, "latin1");
    this.#bytes = -head.length;
    this.onUpstreamBytes(Buffer.concat([head, rest]));
  }

  onUpstreamBytes(bytes: Uint8Array): void {
    this.#hasMoved = true;
    this.#bytes += bytes.length;
    if (this.#wire?.write(bytes) === false) this.#connection.pause();
  }

  onUpstreamDrain(): void {
    this.#hasMoved = true;
    this.#wire?.resume();
  }

  /** What the client still sends goes nowhere: a wire is ended both ways or not at all. */
  onUpstreamEnd(): void {
    this.#isHalfOpen = true;
    this.#wire?.end();
  }

  onUpstreamLost(): void {
    this.#wire?.reset();
  }

  /** From the client. */
  onData(bytes: Uint8Array): void {
    this.#hasMoved = true;
    if (this.#connection.write(bytes) === "kept") this.#wire?.pause();
  }

  onEnd(): void {
    this.#isHalfOpen = true;
    this.#connection.endWriting();
  }

  onClose(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#connection.close("at once");
    this.#options.onClosed(this.#bytes);
  }

  checkDeadline(nowMs: number): void {
    const { halfOpenMs } = this.#options;
    if (this.#hasMoved || !this.#isHalfOpen) {
      this.#hasMoved = false;
      this.#quietSinceMs = nowMs;
    } else if (halfOpenMs > 0 && nowMs - this.#quietSinceMs >= halfOpenMs) this.#wire?.reset();
  }
}

const switching =
  "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n";
