import type { Clock } from "@breakwater/clock";
import {
  type HeadMemory,
  ResponseDecoder,
  type ResponseHead,
  type ResponseLimits,
  type ResponseListener,
  type TextMemory,
  WireError,
} from "@breakwater/wire";
import type { Socket } from "bun";
import type { AddressRules } from "./address-rules.ts";
import { ConnectionFlow } from "./connection-flow.ts";
import type { DeadlineSweep, Swept } from "./deadline-sweep.ts";
import { handshakeFailure, tlsFailureCode } from "./dial-failure.ts";
import type { Alpn, Dialled, Dialler } from "./dialler.ts";
import type { DnsCache } from "./dns-cache.ts";
import type { ExchangeListener, OutgoingRequest } from "./exchange.ts";
import { canRepeat, crash, endExchange } from "./exchange-end.ts";
import type { ExchangeRecord } from "./exchange-record.ts";
import { type Failure, type FailureCode, failureForWireError } from "./failure.ts";
import type { OpenSocket } from "./http2-session.ts";
import { IdleWatch } from "./idle-watch.ts";
import type { Origin } from "./parse-url.ts";
import { forProxy, type HttpProxy } from "./proxy.ts";
import { type RequestSink, RequestWriter } from "./request-writer.ts";
import { k6TlsVersion, type TlsContext } from "./tls-settings.ts";

/** What all connections of a client share. */
export interface Engine {
  readonly clock: Clock;
  readonly limits: ResponseLimits;
  readonly headMemory: HeadMemory;
  /** HTTP/2's. */
  readonly textMemory: TextMemory;
  readonly tls: TlsContext;
  readonly connectTimeoutMs: number;
  readonly dns: DnsCache;
  readonly rules: AddressRules;
  readonly dialler: Dialler;
  readonly proxyFor: (origin: Origin) => HttpProxy | undefined;
  /** Origins that were seen to choose HTTP/1.1: nobody waits for HTTP/2 there. */
  readonly http1Origins: Set<string>;
  readonly sweep: DeadlineSweep;
  readonly totals: { bytesSent: number; bytesReceived: number };
}

/** The pool that a connection belongs to. */
export interface ConnectionOwner {
  /** Where connections come from; the system's choice when left out. */
  readonly localAddress: string | undefined;
  /** Takes a connection back after a request; false when it is not to be used again. */
  tryKeep(connection: Connection): boolean;
  onClosed(connection: Connection): void;
  /** Sends the same request again, over a new connection. */
  retry(record: ExchangeRecord): void;
  /** Of a connection that may become HTTP/2: it does, and is of no further use itself. */
  onHttp2(connection: Connection, socket: OpenSocket, record: ExchangeRecord): void;
  /** It does not. */
  onHttp1(connection: Connection): void;
  /** What keeps it from being made would keep others too. */
  onDialFailed(connection: Connection, failure: Failure): void;
}

/** Others wait, and may go over the same session. */
export interface ConnectionOptions {
  /** Dials when it is told to. */
  readonly isWaiting: boolean;
}

/** "queued" to "exchanging": a request is under way. It ends in "idle" or "closed". */
type Stage =
  | "queued"
  | "looking up"
  | "connecting"
  | "handshaking"
  | "exchanging"
  | "idle"
  | "closed";

/**
 * One connection of one VU, and the request under way on it.
 *
 * Hot path, from reuse() to the listener's onEnd: one write, one read, three looks at the clock,
 * nothing allocated here. A socket that is closed calls back at once, so whoever closes one sets
 * "closed" first.
 */
export class Connection implements Dialled, Swept, RequestSink, ResponseListener {
  readonly origin: Origin;
  readonly alpn: Alpn;
  readonly proxy: HttpProxy | undefined;
  readonly localAddress: string | undefined;
  sweepSlot = -1;
  readonly #engine: Engine;
  readonly #owner: ConnectionOwner;
  readonly #record: ExchangeRecord;
  readonly #decoder: ResponseDecoder;
  #stage: Stage = "queued";
  #dialStartedMs = 0;
  #stageStartedMs = 0;
  #socket: Socket<Dialled> | undefined;
  #writer: RequestWriter | undefined;
  /** Of a response that somebody receives. */
  #flow: ConnectionFlow | undefined;
  #idleWatch: IdleWatch | undefined;
  #isComplete: boolean = false;
  /** Inside send(), which has to return before the listener is called. */
  #isSending: boolean = false;
  #isWaiting: boolean;

  constructor(
    engine: Engine,
    owner: ConnectionOwner,
    record: ExchangeRecord,
    { isWaiting }: ConnectionOptions,
  ) {
    this.#engine = engine;
    this.#owner = owner;
    this.#record = record;
    this.#decoder = new ResponseDecoder(engine.limits, this, engine.headMemory);
    this.origin = record.request.origin;
    this.alpn = alpnFor(record.request);
    this.proxy = engine.proxyFor(this.origin);
    this.localAddress = owner.localAddress;
    this.#isWaiting = isWaiting;
    engine.sweep.add(this);
    if (!isWaiting) engine.dialler.dial(this);
  }

  /** Waits for another connection to the same place to become HTTP/2. */
  get isWaiting(): boolean {
    return this.#isWaiting && !this.isClosed;
  }

  /** On its way to what may be HTTP/2. */
  get isNegotiating(): boolean {
    const isReady = this.#stage === "exchanging" || this.#stage === "idle" || this.isClosed;
    return this.alpn !== "http/1.1" && !isReady && !this.#isWaiting;
  }

  /** The wait was in vain. */
  dial(): void {
    this.#isWaiting = false;
    this.#engine.dialler.dial(this);
  }

  /** Another connection takes its request. */
  giveUp(): ExchangeRecord {
    this.#shut("gracefully");
    return this.#record;
  }

  get isIdle(): boolean {
    return this.#stage === "idle";
  }

  get isClosed(): boolean {
    return this.#stage === "closed";
  }

  /** Sends the next request; the connection must be idle. Hot path. */
  reuse(request: OutgoingRequest, listener: ExchangeListener, nowMs: number): void {
    this.#record.beginAgain(request, listener, nowMs);
    this.#isSending = true;
    this.#transmit();
    this.#isSending = false;
  }

  interrupt(): void {
    if (this.isIdle || this.isClosed) return;
    this.#fail("interrupted", "interrupted");
  }

  /** Gives up a connection that is idle. */
  close(): void {
    this.#shut("gracefully");
  }

  onDialStart(): void {
    this.#dialStartedMs = this.#engine.clock.nowMs();
    this.#enter("looking up", this.#dialStartedMs);
  }

  onAddress(): void {
    const nowMs = this.#engine.clock.nowMs();
    this.#record.lookingUpMs = nowMs - this.#stageStartedMs;
    this.#enter("connecting", nowMs);
  }

  onDialFailed(failure: Failure): void {
    if (!this.isClosed) this.#failWith(failure);
  }

  onOpen(socket: Socket<Dialled>): void {
    if (this.isClosed) {
      socket.terminate();
      return;
    }
    this.#socket = socket;
    const nowMs = this.#engine.clock.nowMs();
    this.#record.connectingMs = nowMs - this.#stageStartedMs;
    if (this.origin.secure) this.#enter("handshaking", nowMs);
    else this.#onReady(socket, nowMs);
  }

  onHandshake(socket: Socket<Dialled>, ok: boolean, error: Error | null): void {
    if (this.#stage !== "handshaking") return;
    const nowMs = this.#engine.clock.nowMs();
    this.#record.tlsHandshakingMs = nowMs - this.#stageStartedMs;
    const { insecureSkipVerify } = this.#engine.tls;
    const failure = handshakeFailure(socket, this.origin, { ok, error, insecureSkipVerify });
    if (failure === undefined) this.#onReady(socket, nowMs);
    else this.#failWith(failure);
  }

  /** Hot path. */
  onData(bytes: Uint8Array): void {
    const { clock, totals } = this.#engine;
    totals.bytesReceived += bytes.length;
    if (this.#stage !== "exchanging") {
      // RFC 9112 9.5: what nobody asked for cannot be told apart from the next response.
      this.#shut("gracefully");
      return;
    }
    const record = this.#record;
    const nowMs = clock.nowMs();
    if (record.firstByteMs < 0) record.firstByteMs = nowMs;
    record.bytesReceived += bytes.length;
    try {
      const usedBytes = this.#decoder.push(bytes);
      if (this.#isComplete) this.#complete(nowMs, usedBytes === bytes.length);
    } catch (error) {
      this.#failDecoding(error);
    }
  }

  onHead(head: ResponseHead): void {
    this.#record.head = head;
    if (this.#record.request.receiver !== undefined) this.#beginFlow(head);
  }

  onBody(chunk: Uint8Array, from: number, to: number): void {
    this.#record.bodyBytes += to - from;
    if (this.#record.request.collectBody) this.#record.collect(chunk, from, to);
    else if (this.#flow !== undefined) this.#record.request.receiver!.onBody(chunk, from, to);
  }

  /** The response is complete; push() has yet to say whether more came behind it. */
  onEnd(): void {
    this.#isComplete = true;
  }

  onDrain(): void {
    this.#writer?.resume();
  }

  onLost(error: Error | undefined): void {
    if (this.isClosed) return;
    if (this.isIdle) this.#shut("gracefully");
    else if (this.#canRetry()) this.#retry();
    else if (error !== undefined) this.#failReset(error);
    else if (this.#stage === "handshaking") {
      this.#fail("tls_failed", "closed by the peer during the TLS handshake");
    } else this.#endDecoding();
  }

  /**
   * Bun brings TLS alerts and broken records here, and what a handler throws, which is our own
   * mistake.
   */
  onSocketError(error: Error): void {
    if (!("code" in error)) crash(error);
    else if (!this.isIdle && !this.isClosed)
      this.#fail(tlsFailureCode(error.message), error.message);
  }

  checkDeadline(nowMs: number): void {
    if (this.isIdle) return;
    const { request, startedMs, sentMs, firstByteMs } = this.#record;
    const { connectTimeoutMs } = this.#engine;
    if (nowMs - startedMs >= request.timeoutMs) {
      this.#fail("timeout", `not done within ${request.timeoutMs} ms, while ${this.#whatItDoes()}`);
    } else if (this.#stage !== "exchanging") {
      if (this.#stage === "queued" || nowMs - this.#dialStartedMs < connectTimeoutMs) return;
      this.#fail(
        "connect_timeout",
        `no connection in ${connectTimeoutMs} ms, while ${this.#stage}`,
      );
    } else if (request.firstByteTimeoutMs !== undefined && sentMs >= 0 && firstByteMs < 0) {
      if (nowMs - sentMs < request.firstByteTimeoutMs) return;
      this.#fail("first_byte_timeout", `no response within ${request.firstByteTimeoutMs} ms`);
    } else if (request.idleTimeoutMs !== undefined) {
      this.#checkIdle(nowMs, request.idleTimeoutMs);
    }
  }

  /** Hot path. */
  tryWrite(bytes: Uint8Array, offset: number): number {
    const tookBytes =
      offset === 0
        ? this.#socket!.write(bytes)
        : this.#socket!.write(bytes, offset, bytes.length - offset);
    if (tookBytes <= 0) {
      // Negative: closed, before Bun could tell.
      if (tookBytes < 0) queueMicrotask(() => this.onLost(undefined));
      return 0;
    }
    this.#record.bytesSent += tookBytes;
    this.#engine.totals.bytesSent += tookBytes;
    return tookBytes;
  }

  onSent(): void {
    this.#writer = undefined;
    this.#record.sentMs = this.#engine.clock.nowMs();
  }

  onBodyFailed(reason: string): void {
    this.#fail("body_stream_failed", `its body could not be read: ${reason}`);
  }

  #checkIdle(nowMs: number, idleTimeoutMs: number): void {
    const isHeldUp = this.#flow?.isPaused === true || this.#writer?.isReading === true;
    this.#idleWatch ??= new IdleWatch();
    if (this.#idleWatch.idleMs(this.#record, { nowMs, isHeldUp }) < idleTimeoutMs) return;
    this.#fail("timeout", `no byte in ${idleTimeoutMs} ms, while ${this.#whatItDoes()}`);
  }

  #beginFlow(head: ResponseHead): void {
    const giveUp = (): void => this.#fail("interrupted", "its receiver gave up");
    this.#flow = new ConnectionFlow(this.#socket!, giveUp);
    this.#record.request.receiver!.onHead(head, this.#flow);
  }

  #endFlow(): void {
    this.#flow?.end();
    this.#flow = undefined;
  }

  #enter(stage: Stage, nowMs: number): void {
    this.#stage = stage;
    this.#stageStartedMs = nowMs;
  }

  #onReady(socket: Socket<Dialled>, nowMs: number): void {
    this.#socket = socket;
    this.#engine.dialler.done(this);
    const record = this.#record;
    record.readyMs = nowMs;
    record.remoteAddress = socket.remoteAddress;
    record.remotePort = socket.remotePort;
    if (this.origin.secure) {
      record.tlsVersion = k6TlsVersion(socket.getTLSVersion());
      record.tlsCipher = socket.getCipher().standardName;
    }
    if (this.alpn !== "http/1.1" && this.#negotiated(socket)) return;
    this.#transmit();
  }

  /** True: the request goes over HTTP/2, or nowhere. */
  #negotiated(socket: Socket<Dialled>): boolean {
    const isHttp2 = this.origin.secure ? socket.alpnProtocol === "h2" : this.alpn === "h2";
    if (isHttp2) {
      const { origin } = this;
      const { tlsVersion, tlsCipher } = this.#record;
      this.#owner.onHttp2(this, { socket, origin, tlsVersion, tlsCipher }, this.#record);
      this.#socket = undefined;
      this.#shut("at once");
    } else if (this.alpn === "h2") {
      this.#fail("http2_unsupported", "the server does not agree to HTTP/2 by ALPN");
    } else {
      this.#owner.onHttp1(this);
      return false;
    }
    return true;
  }

  #transmit(): void {
    const { method, body } = this.#record.request;
    const head = this.#head();
    this.#stage = "exchanging";
    this.#isComplete = false;
    this.#decoder.expect(method);
    const offset = this.tryWrite(head, 0);
    if (this.isClosed) return;
    if (offset === head.length && body === undefined) {
      this.onSent();
      return;
    }
    const { bodyBytes } = this.#record.request;
    const isChunked = bodyBytes === undefined;
    this.#writer = new RequestWriter(this, { head, offset, body, bodyBytes, isChunked });
    this.#writer.resume();
  }

  #head(): Uint8Array {
    const { request } = this.#record;
    if (this.proxy === undefined || this.origin.secure) return request.head;
    return forProxy(request, this.proxy);
  }

  /** Hot path. `isClean`: nothing came behind the response. */
  #complete(nowMs: number, isClean: boolean): void {
    const record = this.#record;
    if (this.#flow !== undefined) this.#endFlow();
    const canStay = isClean && this.#writer === undefined && record.head!.keepAlive;
    if (canStay && this.#owner.tryKeep(this)) this.#stage = "idle";
    else this.#shut("gracefully");
    this.#finish(nowMs);
  }

  #endDecoding(): void {
    try {
      this.#decoder.end();
      this.#complete(this.#engine.clock.nowMs(), false);
    } catch (error) {
      this.#failDecoding(error);
    }
  }

  #failDecoding(error: unknown): void {
    if (!(error instanceof WireError)) throw error;
    this.#fail(failureForWireError[error.code], `${error.message} (${error.code})`);
  }

  #failReset(error: Error): void {
    this.#fail("reset", `the peer reset the connection (${error.message})`);
  }

  /**
   * Once, when a connection used before is lost before the response began. A server may close an
   * idle connection at any moment; that is nobody's failure.
   */
  #canRetry(): boolean {
    const { isReused, firstByteMs } = this.#record;
    return firstByteMs < 0 && isReused && canRepeat(this.#record);
  }

  #retry(): void {
    this.#shut("gracefully");
    this.#record.retry();
    this.#owner.retry(this.#record);
  }

  #fail(code: FailureCode, reason: string): void {
    const { method } = this.#record.request;
    this.#failWith({ code, message: `Cannot ${method} ${this.origin.key}: ${reason}` });
  }

  #failWith(failure: Failure): void {
    const isOwn = failure.code === "timeout" || failure.code === "interrupted";
    if (this.isNegotiating && !isOwn) this.#owner.onDialFailed(this, failure);
    this.#shut("at once");
    this.#record.failure = failure;
    if (this.#isSending) queueMicrotask(() => this.#finish(this.#engine.clock.nowMs()));
    else this.#finish(this.#engine.clock.nowMs());
  }

  #finish(nowMs: number): void {
    this.#engine.sweep.end();
    endExchange(this.#record, nowMs);
  }

  #shut(how: "gracefully" | "at once"): void {
    if (this.isClosed) return;
    this.#stage = "closed";
    this.#engine.sweep.remove(this);
    this.#engine.dialler.done(this);
    this.#owner.onClosed(this);
    this.#writer?.stop();
    this.#endFlow();
    // Over TLS end() would wait for the peer's leave.
    if (how === "at once" && this.origin.secure) this.#socket?.terminate();
    else this.#socket?.end();
    this.#socket = undefined;
  }

  #whatItDoes(): string {
    if (this.#stage !== "exchanging") return this.#stage;
    const { sentMs, firstByteMs } = this.#record;
    if (firstByteMs >= 0) return "receiving the response";
    return sentMs >= 0 ? "waiting for the response" : "sending the request";
  }
}

function alpnFor({ httpVersion, origin }: OutgoingRequest): Alpn {
  if (httpVersion === "2") return "h2";
  return httpVersion === "auto" && origin.secure ? "h2,http/1.1" : "http/1.1";
}
