import type { Clock } from "@breakwater/clock";
import type { Exchange } from "@breakwater/http-server";
import {
  type ForwardFailure,
  type ForwardOptions,
  type ForwardResult,
  type Upstream,
  type UpstreamCounts,
  type UpstreamOptions,
  upstream,
} from "@breakwater/upstream";
import { AddressHealth, type HealthThresholds } from "./address-health.ts";
import { healthChecks } from "./health-checks.ts";

export interface UpstreamSettings {
  /** Origins such as "http://127.0.0.1:3000"; all serve the same. */
  readonly urls: readonly string[];
  readonly connection: Omit<UpstreamOptions, "url" | "clock">;
  readonly health: HealthSettings;
}

export interface HealthSettings extends HealthThresholds {
  /** Undefined: no active checks. */
  readonly path: string | undefined;
  readonly intervalMs: number;
  readonly timeoutMs: number;
}

/** One address, as status and metrics have it. */
export interface AddressView {
  readonly url: string;
  readonly state: "up" | "down" | "trying";
  readonly inFlight: number;
  readonly connections: UpstreamCounts;
}

/** The addresses of the service behind the gate, of which each request goes to one. */
export class UpstreamPool implements Disposable {
  readonly #addresses: readonly Address[];
  readonly #opened = new DisposableStack();
  #turn = 0;

  /** Throws UpstreamError for an address that cannot be. */
  constructor({ urls, connection, health }: UpstreamSettings, clock: Clock) {
    this.#addresses = urls.map((url) => new Address(url, { connection, health, clock }));
    for (const address of this.#addresses) this.#opened.defer(() => address.close());
    const { path, intervalMs, timeoutMs } = health;
    if (path === undefined) return;
    const { verifyTls } = connection;
    for (const address of this.#addresses) {
      const url = new URL(path, address.url).href;
      const onCheck = address.health.onCheck.bind(address.health);
      this.#opened.use(healthChecks({ url, intervalMs, timeoutMs, verifyTls, clock, onCheck }));
    }
  }

  /**
   * The address with the fewest in flight, taking turns, that was not tried; undefined when all
   * others are down.
   */
  tryPick(tried: readonly Address[] = none): Address | undefined {
    const addresses = this.#addresses;
    this.#turn = (this.#turn + 1) % addresses.length;
    let best: Address | undefined;
    for (let step = 0; step < addresses.length; step += 1) {
      const address = addresses[(this.#turn + step) % addresses.length]!;
      const isBetter = best === undefined || address.inFlight < best.inFlight;
      if (isBetter && address.health.isOpen && !tried.includes(address)) best = address;
    }
    return best;
  }

  /** Whether there is an address that a request may go to now. */
  get isOpen(): boolean {
    for (const { health } of this.#addresses) if (health.isOpen) return true;
    return false;
  }

  /** Until the first address may be tried again; 0 when nobody can tell. */
  get retryAfterMs(): number {
    return Math.min(...this.#addresses.map(({ health }) => health.retryAfterMs));
  }

  get isUp(): boolean {
    return this.#addresses.some(({ health }) => health.state === "up");
  }

  views(): readonly AddressView[] {
    return this.#addresses.map((address) => address.view());
  }

  /** Idle connections are closed; what is under way goes on. */
  [Symbol.dispose](): void {
    this.#opened.dispose();
  }
}

const none: readonly Address[] = [];

export class Address {
  readonly url: string;
  readonly health: AddressHealth;
  readonly #upstream: Upstream;
  #inFlight = 0;

  constructor(
    url: string,
    {
      connection,
      health,
      clock,
    }: Pick<UpstreamSettings, "connection" | "health"> & { readonly clock: Clock },
  ) {
    this.url = url;
    this.#upstream = upstream({ ...connection, url, clock });
    this.health = new AddressHealth(health, clock);
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** As Upstream.forward(). The options tell onHead() and onDone() here, too. */
  forward(exchange: Exchange, options: ForwardOptions): void {
    this.#inFlight += 1;
    this.health.onUse();
    this.#upstream.forward(exchange, options);
  }

  /** An answer begins: whether the address is up is known long before its end. */
  onHead(): void {
    if (this.health.state === "trying") this.health.onUsed("reached");
  }

  onDone(result: ForwardResult): void {
    this.#inFlight -= 1;
    this.health.onUsed(reach(result));
  }

  view(): AddressView {
    const { url, inFlight } = this;
    return { url, inFlight, state: this.health.state, connections: this.#upstream.counts() };
  }

  close(): void {
    this.#upstream.close();
  }
}

function reach(result: ForwardResult): "reached" | "failed" | "unknown" {
  if (result.kind === "aborted") return "unknown";
  return result.kind === "answered" ? "reached" : reachOf[result.failure];
}

/** Whether there is somebody: what went wrong after connecting is no reason to stop asking. */
const reachOf: Readonly<Record<ForwardFailure, "reached" | "failed" | "unknown">> = {
  full: "unknown",
  connect: "failed",
  connect_timeout: "failed",
  head_timeout: "reached",
  reset: "unknown",
  bad_answer: "reached",
  body_cut: "reached",
  bad_request: "unknown",
};
