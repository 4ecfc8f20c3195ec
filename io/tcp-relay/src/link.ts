import type { CancelTimer, Clock } from "@breakwater/clock";
import type { Socket } from "bun";
import type { Direction, Impairments } from "./impairments.ts";
import { Lane, type LaneOwner } from "./lane.ts";
import type { LineEnd } from "./line.ts";

/** Who is told what happens on a socket. */
export interface SocketEnd {
  onData(bytes: Uint8Array): void;
  onEnd(): void;
  onDrain(): void;
  /** With an error when it was reset. */
  onClose(error: Error | undefined): void;
}

export interface LinkOwner {
  readonly clock: Clock;
  readonly random: () => number;
  readonly impairments: Readonly<Record<Direction, Impairments>>;
  readonly shareBytes: number;
  onDelivered(direction: Direction, bytes: number): void;
  /** Told once: both ends are closed or being so. */
  onOver(link: Link, wasReset: boolean): void;
}

export type RelaySocket = Socket<SocketEnd>;

/** How long an end may take to close after an impairment has closed it. */
const CLOSE_LINGER_MS = 1000;

/** One client and its connection to the upstream: two lanes, and how they end together. */
export class Link implements LaneOwner {
  readonly #owner: LinkOwner;
  readonly #client: Side;
  #upstream: Side | undefined;
  readonly #up: Lane;
  /** Made with the upstream. */
  #down: Lane | undefined;
  #isHeld: boolean = false;
  #stage: "open" | "closing" | "over" = "open";
  #cancelLinger: CancelTimer | undefined;

  constructor(client: RelaySocket, owner: LinkOwner) {
    this.#owner = owner;
    this.#up = this.#lane("up", client);
    this.#client = new Side(client, this);
    client.data = this.#client;
  }

  get isOver(): boolean {
    return this.#stage === "over";
  }

  get shareBytes(): number {
    return this.#owner.shareBytes;
  }

  /** The upstream has answered: bytes may pass. */
  connect(socket: RelaySocket): void {
    if (this.#stage !== "open") {
      socket.terminate();
      return;
    }
    const upstream = new Side(socket, this);
    socket.data = upstream;
    this.#upstream = upstream;
    const down = this.#lane("down", socket);
    this.#down = down;
    if (this.#isHeld) down.hold();
    down.connect(this.#client.socket);
    this.#up.connect(socket);
  }

  set({ up, down }: Partial<Readonly<Record<Direction, Impairments>>>): void {
    if (up !== undefined) this.#up.set(up);
    if (down !== undefined) this.#down?.set(down);
  }

  hold(): void {
    this.#isHeld = true;
    this.#up.hold();
    this.#down?.hold();
  }

  release(): void {
    this.#isHeld = false;
    this.#up.release();
    this.#down?.release();
  }

  /** Resets both ends now. */
  reset(): void {
    this.#finish({ wasReset: true });
  }

  /** The upstream cannot be had: the client is reset, which is no reset of a connection. */
  fail(): void {
    this.#client.terminate();
    this.#finish({ wasReset: false });
  }

  onDelivered(lane: Lane, bytes: number): void {
    this.#owner.onDelivered(lane === this.#up ? "up" : "down", bytes);
  }

  onLineEnd(lane: Lane, kind: LineEnd): void {
    if (kind === "reset") this.reset();
    else if (kind === "close") this.#close();
    else {
      (lane === this.#up ? this.#upstream : this.#client)?.shutDown();
      if (this.#up.isOver && this.#down?.isOver) this.#finish({ wasReset: false });
    }
  }

  onLost(lane: Lane): void {
    const side = lane === this.#up ? this.#upstream : this.#client;
    if (side !== undefined) this.onGone(side, { wasReset: true });
  }

  /** What `side` sends. */
  laneFrom(side: Side): Lane {
    return side === this.#client ? this.#up : this.#down!;
  }

  /** What goes to `side`. */
  laneTo(side: Side): Lane | undefined {
    return side === this.#client ? this.#down : this.#up;
  }

  onEnd(side: Side): void {
    if (this.#stage === "open") {
      this.laneFrom(side).onEnd();
      return;
    }
    side.close();
    if (this.#isAlone(side)) this.#finish({ wasReset: false });
  }

  /** The socket is no more. */
  onGone(side: Side, { wasReset }: { readonly wasReset: boolean }): void {
    if (side.isGone) return;
    side.isGone = true;
    if (this.#isAlone(side)) {
      this.#finish({ wasReset });
      return;
    }
    if (this.#stage !== "open") return;
    this.laneTo(side)?.stop();
    const lane = this.laneFrom(side);
    // What has nothing to bring any more cannot bring the news either.
    if (lane.isOver) this.#finish({ wasReset });
    else if (wasReset) lane.onReset();
    else lane.onEnd();
  }

  #isAlone(side: Side): boolean {
    const other = side === this.#client ? this.#upstream : this.#client;
    return other === undefined || other.isGone;
  }

  #lane(direction: Direction, from: RelaySocket): Lane {
    const { clock, random, impairments } = this.#owner;
    return new Lane({ clock, random, impairments: impairments[direction], from, owner: this });
  }

  /** Tells both ends that no more will come, and hears them out, lest they be told of a reset. */
  #close(): void {
    if (this.#stage !== "open") return;
    this.#stage = "closing";
    this.#up.stop();
    this.#down?.stop();
    this.#client.shutDown();
    this.#upstream?.shutDown();
    const { clock } = this.#owner;
    const finish = () => this.#finish({ wasReset: false });
    this.#cancelLinger = clock.at(clock.nowMs() + CLOSE_LINGER_MS, finish);
  }

  #finish({ wasReset }: { readonly wasReset: boolean }): void {
    if (this.#stage === "over") return;
    this.#stage = "over";
    this.#cancelLinger?.();
    this.#up.stop();
    this.#down?.stop();
    for (const side of [this.#client, this.#upstream]) {
      if (wasReset) side?.terminate();
      else side?.close();
    }
    this.#owner.onOver(this, wasReset);
  }
}

/** One of a link's two sockets. Bun calls back at once from what closes one. */
class Side implements SocketEnd {
  readonly socket: RelaySocket;
  readonly #link: Link;
  isGone: boolean = false;

  constructor(socket: RelaySocket, link: Link) {
    this.socket = socket;
    this.#link = link;
    // A slice is a segment.
    socket.setNoDelay(true);
  }

  onData(bytes: Uint8Array): void {
    this.#link.laneFrom(this).onData(bytes);
  }

  onEnd(): void {
    this.#link.onEnd(this);
  }

  onDrain(): void {
    this.#link.laneTo(this)?.onDrain();
  }

  onClose(error: Error | undefined): void {
    this.#link.onGone(this, { wasReset: error !== undefined });
  }

  shutDown(): void {
    if (!this.isGone) this.socket.shutdown();
  }

  close(): void {
    if (this.isGone) return;
    this.isGone = true;
    this.socket.end();
  }

  terminate(): void {
    if (this.isGone) return;
    this.isGone = true;
    this.socket.terminate();
  }
}
