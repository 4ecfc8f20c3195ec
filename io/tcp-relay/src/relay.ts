import type { CancelTimer, Clock } from "@breakwater/clock";
import { listen, type Place } from "@breakwater/tcp-listener";
import type { SocketHandler, TCPSocketListener } from "bun";
import type { Direction, Impairments } from "./impairments.ts";
import { MAX_HELD_BYTES } from "./line.ts";
import { Link, type LinkOwner, type RelaySocket, type SocketEnd } from "./link.ts";

export interface RelayOptions {
  /** Where clients connect; port 0 of 127.0.0.1 if left out. */
  readonly listen?: Place;
  readonly upstream: Place;
  /** None in a direction that is left out. */
  readonly impairments?: Partial<Readonly<Record<Direction, Impairments>>>;
  readonly clock: Clock;
  /** From 0 to 1 (exclusive); seededRandom() makes runs alike. */
  readonly random: () => number;
  /** More at once are reset as they come; 10,000 if left out. */
  readonly maxConnections?: number;
  /** An upstream that does not answer for so long has failed; 10 s if left out. */
  readonly connectTimeoutMs?: number;
}

/** What a relay has counted since it began. */
export interface RelayCounts {
  readonly openConnections: number;
  readonly acceptedConnections: number;
  /** Beyond the limit, reset as they came. */
  readonly refusedConnections: number;
  /** By dropChance: they get no answer. */
  readonly droppedConnections: number;
  /** The upstream could not be reached, so that the client was reset. */
  readonly failedConnections: number;
  /** Ended by a reset, whoever began it; not the refused and failed. */
  readonly resets: number;
  /** Delivered to the upstreams. */
  readonly bytesUp: number;
  /** Delivered to the clients. */
  readonly bytesDown: number;
}

export interface RunningRelay extends AsyncDisposable {
  readonly port: number;
  readonly impairments: Readonly<Record<Direction, Impairments>>;
  /** Replaces those of the given directions, also for open connections, from now on. */
  set(impairments: Partial<Readonly<Record<Direction, Impairments>>>): void;
  upstream(): Place;
  /** Where new connections go; open ones stay where they are. */
  setUpstream(upstream: Place): void;
  /** Resets every connection now; how many there were. */
  resetAll(): number;
  readonly isPaused: boolean;
  /** The network is down: on open connections nothing moves, new ones are refused. */
  pause(): void;
  /** Throws a ServerError if the port has gone to another program, and stays paused. */
  resume(): void;
  counts(): RelayCounts;
  /**
   * Stops listening, lets open connections finish within the grace, resets the rest. Again with a
   * grace of 0 it resets them at once.
   */
  stop(options: { readonly graceMs: number }): Promise<void>;
}

/** What all lines together may hold, where 64 KiB for each are not more: 256 MiB. */
const TOTAL_HELD_BYTES = 268_435_456;
const MAX_CONNECTIONS = 10_000;
const CONNECT_TIMEOUT_MS = 10_000;
const LOOPBACK: Place = { hostname: "127.0.0.1", port: 0 };

/**
 * Listens, and passes bytes on between each client and a connection of its own to the upstream, as
 * the impairments let it. TCP only. Throws a ServerError if it cannot listen.
 */
export function relay(options: RelayOptions): RunningRelay {
  return new Relay(options);
}

class Relay implements RunningRelay, LinkOwner {
  readonly clock: Clock;
  readonly random: () => number;
  readonly #maxConnections: number;
  readonly #connectTimeoutMs: number;
  readonly #place: Place;
  #upstream: Place;
  #impairments: Readonly<Record<Direction, Impairments>>;
  #listener: TCPSocketListener<SocketEnd> | undefined;
  readonly #links = new Set<Link>();
  /** Those that get no answer. */
  readonly #dropped = new Set<RelaySocket>();
  readonly #counted = {
    acceptedConnections: 0,
    refusedConnections: 0,
    droppedConnections: 0,
    failedConnections: 0,
    resets: 0,
  };
  readonly #bytes = { up: 0, down: 0 };
  #isPaused: boolean = false;
  #isStopped: boolean = false;
  readonly #allOver = Promise.withResolvers<void>();

  constructor({ listen: place = LOOPBACK, upstream, impairments, clock, ...more }: RelayOptions) {
    this.clock = clock;
    this.random = more.random;
    this.#maxConnections = more.maxConnections ?? MAX_CONNECTIONS;
    this.#connectTimeoutMs = more.connectTimeoutMs ?? CONNECT_TIMEOUT_MS;
    this.#upstream = upstream;
    this.#impairments = { up: {}, down: {}, ...impairments };
    const listener = this.#listen(place);
    this.#listener = listener;
    // After a pause it is to be the same.
    this.#place = { ...place, port: listener.port };
  }

  get port(): number {
    return this.#place.port;
  }

  get impairments(): Readonly<Record<Direction, Impairments>> {
    return this.#impairments;
  }

  get shareBytes(): number {
    return Math.min(MAX_HELD_BYTES, TOTAL_HELD_BYTES / (2 * Math.max(1, this.#links.size)));
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  set(impairments: Partial<Readonly<Record<Direction, Impairments>>>): void {
    const { up, down } = impairments;
    this.#impairments = {
      up: up ?? this.#impairments.up,
      down: down ?? this.#impairments.down,
    };
    for (const link of this.#links) link.set(impairments);
  }

  upstream(): Place {
    return this.#upstream;
  }

  setUpstream(upstream: Place): void {
    this.#upstream = upstream;
  }

  resetAll(): number {
    const count = this.#links.size + this.#dropped.size;
    for (const link of this.#links) link.reset();
    for (const socket of this.#dropped) socket.terminate();
    return count;
  }

  pause(): void {
    if (this.#isPaused || this.#isStopped) return;
    this.#isPaused = true;
    this.#unlisten();
    for (const link of this.#links) link.hold();
  }

  resume(): void {
    if (!this.#isPaused || this.#isStopped) return;
    this.#listener = this.#listen(this.#place);
    this.#isPaused = false;
    for (const link of this.#links) link.release();
  }

  counts(): RelayCounts {
    return {
      openConnections: this.#links.size + this.#dropped.size,
      ...this.#counted,
      bytesUp: this.#bytes.up,
      bytesDown: this.#bytes.down,
    };
  }

  async stop({ graceMs }: { readonly graceMs: number }): Promise<void> {
    this.#isStopped = true;
    this.#unlisten();
    let cancel: CancelTimer | undefined;
    if (graceMs > 0) cancel = this.clock.at(this.clock.nowMs() + graceMs, () => this.resetAll());
    else this.resetAll();
    this.#checkAllOver();
    await this.#allOver.promise;
    cancel?.();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop({ graceMs: 0 });
  }

  onDelivered(direction: Direction, bytes: number): void {
    this.#bytes[direction] += bytes;
  }

  onOver(link: Link, wasReset: boolean): void {
    this.#links.delete(link);
    if (wasReset) this.#counted.resets += 1;
    this.#checkAllOver();
  }

  #listen(place: Place): TCPSocketListener<SocketEnd> {
    const { port } = place;
    const socket: SocketHandler<SocketEnd> = {
      ...handlers,
      open: (client) => this.#accept(client),
    };
    return listen(place, (hostname) =>
      Bun.listen<SocketEnd>({ hostname, port, allowHalfOpen: true, socket }),
    );
  }

  #unlisten(): void {
    this.#listener?.stop();
    this.#listener = undefined;
  }

  #accept(client: RelaySocket): void {
    const isFull = this.#links.size + this.#dropped.size >= this.#maxConnections;
    if (isFull || this.#isPaused || this.#isStopped) {
      this.#counted.refusedConnections += 1;
      client.terminate();
      return;
    }
    this.#counted.acceptedConnections += 1;
    const { up, down } = this.#impairments;
    const dropChance = Math.max(up.dropChance ?? 0, down.dropChance ?? 0);
    if (dropChance > 0 && this.random() < dropChance) this.#drop(client);
    else this.#connect(client);
  }

  /** A lost SYN cannot be had, since the kernel has answered it; but silence can. */
  #drop(client: RelaySocket): void {
    this.#counted.droppedConnections += 1;
    this.#dropped.add(client);
    client.data = {
      ...nobody,
      onEnd: () => void client.end(),
      onClose: () => {
        this.#dropped.delete(client);
        this.#checkAllOver();
      },
    };
  }

  #connect(client: RelaySocket): void {
    const link = new Link(client, this);
    this.#links.add(link);
    const fail = (): void => {
      cancel();
      if (link.isOver) return;
      this.#counted.failedConnections += 1;
      link.fail();
    };
    const cancel = this.clock.at(this.clock.nowMs() + this.#connectTimeoutMs, fail);
    const { hostname = "127.0.0.1", port } = this.#upstream;
    const open = (upstream: RelaySocket): void => {
      cancel();
      link.connect(upstream);
    };
    const socket: SocketHandler<SocketEnd> = { ...handlers, open };
    const connecting = Bun.connect<SocketEnd>({
      ...{ hostname, port, allowHalfOpen: true, socket, data: nobody },
    });
    connecting.catch(fail);
  }

  #checkAllOver(): void {
    const isAllOver = this.#links.size === 0 && this.#dropped.size === 0;
    if (this.#isStopped && isAllOver) this.#allOver.resolve();
  }
}

const nobody: SocketEnd = {
  onData: () => {},
  onEnd: () => {},
  onDrain: () => {},
  onClose: () => {},
};

const handlers: SocketHandler<SocketEnd> = {
  data: ({ data }, bytes) => data.onData(bytes),
  end: ({ data }) => data.onEnd(),
  drain: ({ data }) => data.onDrain(),
  // A client that is refused has nobody yet.
  close: ({ data }, error) => data?.onClose(error),
  error: (socket) => void socket.terminate(),
};
