import type { CancelTimer } from "@breakwater/clock";
import type { SocketTransport, TransportOwner } from "./socket-transport.ts";
import type { ServerContext } from "./transport.ts";

const SWEEP_MS = 1000;

/** The connections of a listener: swept every second while there are any. */
export class Connections implements TransportOwner {
  readonly idleTimeoutMs: number;
  readonly maxUnsentBytes: number;
  readonly #context: ServerContext;
  /** Those on which something may still happen. */
  readonly #active: Set<SocketTransport> = new Set();
  /** Those that only have to be closed by their clients, which have some seconds for it. */
  readonly #lingering: Set<SocketTransport> = new Set();
  #cancelSweep: CancelTimer | undefined;
  #onQuiet: (() => void) | undefined;

  constructor(context: ServerContext) {
    this.#context = context;
    this.idleTimeoutMs = context.limits.idleTimeoutMs;
    this.maxUnsentBytes = context.limits.maxUnsentBytes;
  }

  get size(): number {
    return this.#active.size + this.#lingering.size;
  }

  add(transport: SocketTransport): void {
    this.#active.add(transport);
    if (this.#cancelSweep === undefined) this.#sweepLater();
  }

  onLingering(transport: SocketTransport): void {
    this.#active.delete(transport);
    this.#lingering.add(transport);
    this.#tellQuiet();
  }

  onGone(transport: SocketTransport): void {
    this.#active.delete(transport);
    this.#lingering.delete(transport);
    this.#tellQuiet();
    if (this.size > 0) return;
    this.#cancelSweep?.();
    this.#cancelSweep = undefined;
  }

  onError(error: unknown): void {
    this.#context.onError(error);
  }

  announceStop(): void {
    for (const { protocol } of this.#active) protocol.announceStop();
  }

  /** Closes each that is idle, and the others after what is under way; resolves when all are. */
  finish(): Promise<void> {
    for (const { protocol } of this.#active) protocol.finish();
    const quiet = Promise.withResolvers<void>();
    this.#onQuiet = quiet.resolve;
    this.#tellQuiet();
    return quiet.promise;
  }

  cut(): void {
    for (const { protocol } of this.#active) protocol.cut();
    for (const transport of this.#lingering) transport.close();
  }

  #tellQuiet(): void {
    if (this.#active.size === 0) this.#onQuiet?.();
  }

  #sweepLater(): void {
    const { clock } = this.#context;
    this.#cancelSweep = clock.at(clock.nowMs() + SWEEP_MS, () => {
      this.#sweepLater();
      const nowMs = clock.nowMs();
      for (const transport of this.#active) transport.sweep(nowMs);
      for (const transport of this.#lingering) transport.sweep(nowMs);
    });
  }
}
