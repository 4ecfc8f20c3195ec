import type { ResponseHead } from "@breakwater/wire";
import { CollectedBody } from "./collected-body.ts";
import type { Exchange, ExchangeListener, OutgoingRequest } from "./exchange.ts";
import type { Failure } from "./failure.ts";

/** Of a moment that has not come. */
const NOT_YET = -1;

/** An exchange being filled in. One per connection, begun again for each request. */
export class ExchangeRecord implements Exchange {
  request: OutgoingRequest;
  listener: ExchangeListener;
  startedMs: number;
  readyMs: number = NOT_YET;
  sentMs: number = NOT_YET;
  firstByteMs: number = NOT_YET;
  endedMs: number = NOT_YET;
  lookingUpMs = 0;
  connectingMs = 0;
  tlsHandshakingMs = 0;
  head: ResponseHead | undefined = undefined;
  bodyBytes = 0;
  body: CollectedBody | undefined = undefined;
  failure: Failure | undefined = undefined;
  remoteAddress: string | undefined = undefined;
  remotePort: number | undefined = undefined;
  tlsVersion: string | undefined = undefined;
  tlsCipher: string | undefined = undefined;
  bytesSent = 0;
  bytesReceived = 0;
  isReused: boolean = false;
  isRetried: boolean = false;

  constructor(request: OutgoingRequest, listener: ExchangeListener, startedMs: number) {
    this.request = request;
    this.listener = listener;
    this.startedMs = startedMs;
  }

  /** For the next request on the same connection. Hot path. */
  beginAgain(request: OutgoingRequest, listener: ExchangeListener, startedMs: number): void {
    this.request = request;
    this.listener = listener;
    this.startedMs = startedMs;
    this.readyMs = startedMs;
    this.sentMs = NOT_YET;
    this.firstByteMs = NOT_YET;
    this.lookingUpMs = 0;
    this.connectingMs = 0;
    this.tlsHandshakingMs = 0;
    this.head = undefined;
    this.bodyBytes = 0;
    this.body = undefined;
    this.failure = undefined;
    this.bytesSent = 0;
    this.bytesReceived = 0;
    this.isReused = true;
    this.isRetried = false;
  }

  /** For the same request on a new connection: the time counts on. */
  retry(): void {
    this.readyMs = NOT_YET;
    this.sentMs = NOT_YET;
    this.isReused = false;
    this.isRetried = true;
    this.remoteAddress = undefined;
    this.remotePort = undefined;
    this.tlsVersion = undefined;
    this.tlsCipher = undefined;
  }

  /** A new body for each response, as the listener may keep it. */
  collect(chunk: Uint8Array, from: number, to: number): void {
    if (this.body === undefined) this.body = new CollectedBody(chunk, from, to);
    else this.body.add(chunk, from, to);
  }

  get blockedMs(): number {
    return (this.readyMs === NOT_YET ? this.endedMs : this.readyMs) - this.startedMs;
  }

  get sendingMs(): number {
    return this.readyMs === NOT_YET ? 0 : this.#sentOrEndedMs - this.readyMs;
  }

  get waitingMs(): number {
    if (this.readyMs === NOT_YET) return 0;
    return (this.firstByteMs === NOT_YET ? this.endedMs : this.firstByteMs) - this.#sentOrEndedMs;
  }

  get receivingMs(): number {
    return this.firstByteMs === NOT_YET ? 0 : this.endedMs - this.firstByteMs;
  }

  /**
   * Servers may answer, and refuse, before they have read all: the answer's time then ends the
   * sending.
   */
  get #sentOrEndedMs(): number {
    const { sentMs, firstByteMs, endedMs } = this;
    if (firstByteMs === NOT_YET) return sentMs === NOT_YET ? endedMs : sentMs;
    return sentMs === NOT_YET || sentMs > firstByteMs ? firstByteMs : sentMs;
  }
}
