import type { Clock } from "@breakwater/clock";
import type { Exchange } from "@breakwater/http-server";
import { defaultLimits, HeadMemory, type ResponseLimits } from "@breakwater/wire";
import { AnswerHeads } from "./answer-heads.ts";
import { assertAuthority, dial, type Place } from "./dial.ts";
import { Forward, type ForwardHost } from "./forward.ts";
import type { ForwardOptions } from "./forward-options.ts";
import { parseUrl } from "./parse-url.ts";
import { RequestHeads, type RequestRefusal } from "./request-heads.ts";
import {
  type ConnectionOwner,
  type ConnectionUser,
  UpstreamConnection,
} from "./upstream-connection.ts";

export interface UpstreamOptions {
  /** "http://127.0.0.1:3000": scheme, host and port; nothing more. */
  readonly url: string;
  readonly clock: Clock;
  /** Open at once, WebSockets too; an exchange beyond it fails at once as "full". */
  readonly maxConnections: number;
  /** Kept open for the next request. */
  readonly maxIdle: number;
  /** An idle connection is closed after so long; 0 for never. */
  readonly idleTimeoutMs: number;
  /** With TLS its handshake included; 0 for never. */
  readonly connectTimeoutMs: number;
  /** From the request sent until the answer's head has come; 0 for never. */
  readonly headTimeoutMs: number;
  /**
   * How long an answer's body may stand still because of the upstream; 0 for never. As long, and a
   * minute at least, it may because of its client.
   */
  readonly bodyIdleMs: number;
  /** Of an answer's status line and fields; 502 beyond. */
  readonly maxHeadBytes: number;
  /** Of a request that the upstream does not take, beyond what one read brings (512 KiB). */
  readonly maxBufferedBytes: number;
  /** Whether the certificate has to be for that host, and signed by somebody who is trusted. */
  readonly verifyTls: boolean;
  /** PEM; whom to trust instead of those whom the system trusts. */
  readonly ca?: string | undefined;
  /** Whose name the Host is: what the client asked for, or the upstream's own. */
  readonly host: "client" | "upstream";
}

export interface UpstreamCounts {
  /** idle + busy + connecting. */
  readonly open: number;
  readonly idle: number;
  readonly busy: number;
  readonly connecting: number;
  /** Since the beginning: connections that were opened. */
  readonly opened: number;
  /** Since the beginning: requests sent once more as their kept connection was closed. */
  readonly retried: number;
  /** Of requests and WebSockets, kept as the upstream does not take it. */
  readonly bufferedBytes: number;
}

/** The service behind a proxy. */
export interface Upstream {
  /** Passes the exchange on and answers it. Nobody else may answer or read it from now on. */
  forward(exchange: Exchange, options: ForwardOptions): void;
  counts(): UpstreamCounts;
  /**
   * Keeps no connection from now on: idle ones are closed, busy ones with their exchange.
   * Forwarding still works. Harmless when repeated.
   */
  close(): void;
}

/** @throws UpstreamError `bad_url`, `bad_ca` */
export function upstream(options: UpstreamOptions): Upstream {
  return new Service(options);
}

/** More lines in an answer's head, or its trailers, are refused. */
const MAX_FIELDS = 1000;
/** How late a timeout may be noticed, within bounds: a part of the shortest. */
const SWEEPS_PER_TIMEOUT = 8;
const MIN_SWEEP_MS = 10;
const MAX_SWEEP_MS = 1000;

class Service implements Upstream, ConnectionOwner, ForwardHost {
  readonly options: UpstreamOptions;
  readonly limits: ResponseLimits;
  readonly memory: HeadMemory;
  readonly answers: AnswerHeads = new AnswerHeads();
  readonly isTls: boolean;
  readonly verifyTls: boolean;
  readonly #place: Place;
  readonly #heads: RequestHeads;
  readonly #connections: UpstreamConnection[] = [];
  /** The one used last is used next, so that those beyond need grow old. */
  readonly #idle: UpstreamConnection[] = [];
  readonly #sweepMs: number;
  /** Answers whose body has not come with their head, for at most two turns. */
  #young: Forward[] = [];
  #old: Forward[] = [];
  #isTurning: boolean = false;
  #isSweeping: boolean = false;
  #isClosed: boolean = false;
  #opened = 0;
  #retried = 0;

  constructor(options: UpstreamOptions) {
    const url = parseUrl(options.url);
    const isTls = url.protocol === "https:";
    const { maxHeadBytes, verifyTls, ca } = options;
    if (ca !== undefined) assertAuthority(ca);
    this.options = options;
    this.isTls = isTls;
    this.verifyTls = verifyTls;
    this.#place = {
      hostname: url.hostname.replace(/^\[|\]$/g, ""),
      port: url.port === "" ? (isTls ? 443 : 80) : Number(url.port),
      isTls,
      verifyTls,
      ca,
    };
    this.limits = {
      ...defaultLimits,
      maxHeadBytes,
      maxHeaders: MAX_FIELDS,
      maxBodyBytes: Number.POSITIVE_INFINITY,
    };
    this.memory = new HeadMemory(this.limits);
    this.#heads = new RequestHeads(options.host === "upstream" ? url.host : undefined);
    this.#sweepMs = sweepMsOf(options);
  }

  /** Hot path. */
  forward(exchange: Exchange, options: ForwardOptions): void {
    const head = this.#heads.of(exchange.request, options);
    if ("message" in head) refuse(options, head);
    else new Forward(exchange, options, this, head).start(this.#idle.pop());
  }

  counts(): UpstreamCounts {
    let connecting = 0;
    let bufferedBytes = 0;
    for (const { stage, unsentBytes } of this.#connections) {
      if (stage === "connecting") connecting += 1;
      bufferedBytes += unsentBytes;
    }
    const open = this.#connections.length;
    const idle = this.#idle.length;
    const busy = open - idle - connecting;
    const since = { opened: this.#opened, retried: this.#retried };
    return { open, idle, busy, connecting, bufferedBytes, ...since };
  }

  close(): void {
    this.#isClosed = true;
    for (const connection of [...this.#idle]) connection.close("in order");
  }

  tryDial(user: ConnectionUser): UpstreamConnection | undefined {
    if (this.#connections.length >= this.options.maxConnections) return undefined;
    const nowMs = this.options.clock.nowMs();
    const connection = new UpstreamConnection(this, user, nowMs);
    connection.slot = this.#connections.push(connection) - 1;
    this.#opened += 1;
    if (!this.#isSweeping) this.#armSweep(nowMs);
    dial(connection, this.#place);
    return connection;
  }

  afterTurn(forward: Forward): void {
    this.#young.push(forward);
    if (!this.#isTurning) this.#turn();
  }

  /** Bun runs immediates before it reads: the second one comes after a read. */
  #turn(): void {
    this.#isTurning = this.#young.length > 0 || this.#old.length > 0;
    if (this.#isTurning) setImmediate(this.#onTurn);
  }

  readonly #onTurn = (): void => {
    const old = this.#old;
    this.#old = this.#young;
    this.#young = [];
    for (const forward of old) forward.onTurn();
    this.#turn();
  };

  onRetry(): void {
    this.#retried += 1;
  }

  onFree(connection: UpstreamConnection): void {
    if (this.#isClosed || this.#idle.length >= this.options.maxIdle) connection.close("in order");
    else {
      connection.idleSinceMs = Number.NaN;
      this.#idle.push(connection);
    }
  }

  /** The last one takes its place. */
  onClosed(connection: UpstreamConnection): void {
    const { slot } = connection;
    const last = this.#connections.pop()!;
    if (last !== connection) {
      this.#connections[slot] = last;
      last.slot = slot;
    }
    const place = this.#idle.lastIndexOf(connection);
    if (place >= 0) this.#idle.splice(place, 1);
  }

  #armSweep(nowMs: number): void {
    this.#isSweeping = true;
    this.options.clock.at(nowMs + this.#sweepMs, () => this.#sweep());
  }

  /** One timer for all deadlines: one for each request would take longer than its write. */
  #sweep(): void {
    this.#isSweeping = false;
    const nowMs = this.options.clock.nowMs();
    // Backwards: whoever takes the place of one removed has been looked at.
    for (let slot = this.#connections.length - 1; slot >= 0; slot -= 1) {
      const connection = this.#connections[slot];
      if (connection?.stage === "idle") this.#sweepIdle(connection, nowMs);
      else connection?.checkDeadline(nowMs);
    }
    if (this.#connections.length > 0 && !this.#isSweeping) this.#armSweep(nowMs);
  }

  #sweepIdle(connection: UpstreamConnection, nowMs: number): void {
    const { idleTimeoutMs } = this.options;
    if (Number.isNaN(connection.idleSinceMs)) connection.idleSinceMs = nowMs;
    else if (idleTimeoutMs > 0 && nowMs - connection.idleSinceMs >= idleTimeoutMs) {
      connection.close("in order");
    }
  }
}

function sweepMsOf(options: UpstreamOptions): number {
  const { connectTimeoutMs, headTimeoutMs, bodyIdleMs, idleTimeoutMs } = options;
  const timeouts = [connectTimeoutMs, headTimeoutMs, bodyIdleMs, idleTimeoutMs];
  const shortest = Math.min(...timeouts.filter((timeout) => timeout > 0));
  return Math.max(MIN_SWEEP_MS, Math.min(MAX_SWEEP_MS, shortest / SWEEPS_PER_TIMEOUT));
}

function refuse(options: ForwardOptions, { status, message }: RequestRefusal): void {
  const failure = "bad_request";
  options.respondFailure({ status, code: failure, detail: message });
  options.onDone({ kind: "failed", failure, status });
}
