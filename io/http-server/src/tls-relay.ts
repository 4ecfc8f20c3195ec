import type { Socket } from "bun";
import type { Connections } from "./connections.ts";
import type { Connection } from "./exchange.ts";
import { Opening, type OpeningOptions } from "./opening.ts";
import { socketEvents } from "./socket-events.ts";
import { SocketTransport } from "./socket-transport.ts";
import type { ProtocolConnection } from "./transport.ts";

export interface TlsRelayOptions {
  /** As Bun.listen() takes it. */
  readonly tls: Bun.TLSOptions;
  /** Of the relay's own sockets, three to a client's one. */
  readonly connections: Connections;
  /** Of the connections as they come out of TLS. */
  readonly opening: OpeningOptions;
}

/**
 * TLS behind a PROXY header: Bun begins TLS with what it reads itself, and the header often comes
 * in one piece with the first of TLS. So the rest is sent on to a listener of our own on loopback,
 * which is told by the port it comes from whose it is.
 */
export class TlsRelay {
  readonly #connections: Connections;
  readonly #listener: Bun.TCPSocketListener<SocketTransport>;
  /** By the relay's port. */
  readonly #clients: Map<number, Connection> = new Map();

  constructor({ tls, connections, opening }: TlsRelayOptions) {
    this.#connections = connections;
    const events = socketEvents((socket) => {
      const transport = this.#adopt(socket, true);
      transport.protocol = new Opening(transport, opening);
    });
    this.#listener = Bun.listen<SocketTransport>({
      hostname: "127.0.0.1",
      port: 0,
      allowHalfOpen: true,
      tls,
      socket: {
        ...events,
        handshake: (socket, isSecure, error) => {
          const client = this.#clients.get(socket.remotePort);
          if (client === undefined) socket.data.reset();
          else {
            socket.data.connection = client;
            events.handshake?.(socket, isSecure, error);
          }
        },
      },
    });
  }

  /** Takes a connection over whose client goes on with `first`. */
  readonly take = (client: SocketTransport, first: Uint8Array): void => {
    client.pause();
    const near = new PipeEnd(client);
    client.protocol = near;
    const early = first.slice();
    let port = 0;
    const events = socketEvents((socket) => {
      const inner = this.#adopt(socket, false);
      port = socket.localPort;
      this.#clients.set(port, { ...client.connection, isTls: true });
      inner.protocol = new PipeEnd(inner, client);
      near.connect(inner, early);
    });
    Bun.connect<SocketTransport>({
      hostname: "127.0.0.1",
      port: this.#listener.port,
      allowHalfOpen: true,
      socket: {
        ...events,
        close: (socket, error) => {
          this.#clients.delete(port);
          socket.data.onClose(error);
        },
      },
    }).catch(() => client.reset());
  };

  stop(): void {
    this.#listener.stop();
  }

  #adopt(socket: Socket<SocketTransport>, isTls: boolean): SocketTransport {
    const transport = new SocketTransport(socket, this.#connections, isTls);
    socket.data = transport;
    this.#connections.add(transport);
    return transport;
  }
}

/** One end of a pipe: what comes here goes there, no faster than it is taken. */
class PipeEnd implements ProtocolConnection {
  readonly #near: SocketTransport;
  #far: SocketTransport | undefined;
  #isClosed: boolean = false;

  constructor(near: SocketTransport, far?: SocketTransport) {
    this.#near = near;
    this.#far = far;
  }

  /** The other end is there; `early` came before it was. */
  connect(far: SocketTransport, early: Uint8Array): void {
    this.#far = far;
    if (this.#isClosed) far.reset();
    else if (far.write(early)) this.#near.resume();
  }

  onData(bytes: Uint8Array): void {
    // Copied, since what is not taken at once is kept.
    if (this.#far?.write(bytes.slice()) === false) this.#near.pause();
  }

  onDrain(): void {
    this.#far?.resume();
  }

  onEnd(): void {
    this.#far?.endWriting();
  }

  onClose(): void {
    this.#isClosed = true;
    if (this.#near.wasReset) this.#far?.reset();
    else this.#far?.end();
  }

  sweep(): void {}

  announceStop(): void {}

  finish(): void {}

  cut(): void {
    this.#near.reset();
  }
}
