import type { Exchange } from "@breakwater/http-server";
import type { Field, ResponseHead } from "@breakwater/wire";
import { AnswerFlow } from "./answer-flow.ts";
import { type AnswerHeads, hasSoundFields, passableFields } from "./answer-heads.ts";
import { isUnsent, told } from "./failures.ts";
import type { ForwardFailure, ForwardOptions, ForwardResult } from "./forward-options.ts";
import { passableTrailers } from "./hop-fields.ts";
import { type FeedOwner, RequestFeed } from "./request-feed.ts";
import { type RequestHead, restOfHead } from "./request-heads.ts";
import { tryOpenTunnel } from "./tunnel.ts";
import type { UpstreamOptions } from "./upstream.ts";
import type { ConnectionUser, UpstreamConnection } from "./upstream-connection.ts";

export type ForwardLimits = Pick<
  UpstreamOptions,
  "clock" | "connectTimeoutMs" | "headTimeoutMs" | "bodyIdleMs" | "maxBufferedBytes"
>;

/** Where an exchange gets its connection. */
export interface ForwardHost {
  readonly options: ForwardLimits;
  readonly answers: AnswerHeads;
  /** Calls onTurn() once what is on its way to us has been read. */
  afterTurn(forward: Forward): void;
  /** Opens one, or says that there are too many. */
  tryDial(user: ConnectionUser): UpstreamConnection | undefined;
  onRetry(): void;
}

/** How long a client waits for a 100 of an upstream that may know none (RFC 9110 10.1.1). */
const CONTINUE_WAIT_MS = 1000;
/** A slow client empties the kernel's buffer of 4 MB before we hear of it. */
const MIN_CLIENT_WAIT_MS = 60_000;

/** One exchange on its way to the upstream and back. */
export class Forward implements ConnectionUser, FeedOwner {
  readonly #exchange: Exchange;
  readonly #options: ForwardOptions;
  readonly #host: ForwardHost;
  readonly #head: RequestHead;
  readonly #startedMs: number;
  #connection: UpstreamConnection | undefined;
  #feed: RequestFeed | undefined;
  #isDone: boolean = false;
  #isSent: boolean = false;
  /** Since when the upstream owes something: to take, to answer or to go on. */
  #owesSinceMs: number;
  #hasMoved: boolean = false;
  #ttfbMs = 0;
  #answer: AnswerFlow | undefined;
  #awaitsTurn: boolean = false;
  #isWhole: boolean = false;
  #trailers: readonly Field[] = noFields;
  #isTunnel: boolean = false;

  constructor(exchange: Exchange, options: ForwardOptions, host: ForwardHost, head: RequestHead) {
    this.#exchange = exchange;
    this.#options = options;
    this.#host = host;
    this.#head = head;
    this.#startedMs = host.options.clock.nowMs();
    this.#owesSinceMs = this.#startedMs;
  }

  /** `idle`: a connection to begin with, if one was kept. */
  start(idle: UpstreamConnection | undefined): void {
    this.#exchange.onAbort(() => this.onClientGone());
    if (idle === undefined) this.#dial();
    else idle.use(this);
  }

  #dial(): void {
    this.#connection = this.#host.tryDial(this);
    if (this.#connection === undefined) this.#fail("full");
  }

  onOpen(connection: UpstreamConnection): void {
    const { request } = this.#exchange;
    this.#connection = connection;
    connection.expect(request.method);
    if (!request.hasBody) this.#sendHead(connection);
    else if (this.#feed === undefined) this.#feedBody(connection);
    else this.#feed.begin(connection);
  }

  /** Hot path. */
  #sendHead(connection: UpstreamConnection): void {
    const rest = restOfHead(this.#head, this.#exchange, this.#options);
    this.#isSent = true;
    if (connection.writeText(this.#head.text, rest) === "lost") this.onUnsent();
  }

  #feedBody(connection: UpstreamConnection): void {
    const { text, isChunked, awaitsContinue } = this.#head;
    const head = text + restOfHead(this.#head, this.#exchange, this.#options);
    const { maxBufferedBytes } = this.#host.options;
    this.#feed = new RequestFeed(this.#exchange, this, { head, isChunked, maxBufferedBytes });
    this.#feed.begin(connection);
    if (!awaitsContinue) this.#feed.read();
  }

  onRequestSent(): void {
    this.#isSent = true;
    this.#owesSinceMs = this.#host.options.clock.nowMs();
  }

  onDrain(): void {
    this.#owesSinceMs = this.#host.options.clock.nowMs();
    this.#feed?.onDrain();
  }

  onOverfull(): void {
    this.#fail("reset");
  }

  /** The kept connection was closed before it could carry anything: harmless to try again. */
  onUnsent(): void {
    if (!this.#tryAgain(true)) this.#fail("reset");
  }

  #tryAgain(isHarmless: boolean): boolean {
    const connection = this.#connection;
    const isStale = connection?.isReused === true && !connection.hasBegun;
    if (this.#isDone || !isStale || !isHarmless) return false;
    this.#connection = undefined;
    connection.close("at once");
    this.#host.onRetry();
    this.#dial();
    return true;
  }

  onUnreachable(): void {
    this.#fail("connect");
  }

  onLost(): void {
    if (this.#answer !== undefined) this.#fail("body_cut");
    else if (!this.#tryAgain(this.#head.isRepeatable)) this.#fail("reset");
  }

  onMalformed(): void {
    this.#fail(this.#answer?.hasBegun === true ? "body_cut" : "bad_answer");
  }

  onInterim(head: ResponseHead): void {
    this.#hasMoved = true;
    if (head.status === 100) this.#feed?.read();
    else if (head.status > 101 && hasSoundFields(head)) {
      this.#exchange.interim(head.status, passableFields(head.headers()));
    }
  }

  onHead(head: ResponseHead): void {
    const { clock } = this.#host.options;
    this.#ttfbMs = clock.nowMs() - this.#startedMs;
    const answer = this.#host.answers.of(head, this.#options.forwarded.via);
    const isAsked = this.#head.isWebSocket && answer !== "bad" && answer.isWebSocket;
    if (answer === "bad" || (answer.status === 101 && !isAsked)) {
      this.#fail("bad_answer");
      return;
    }
    const fields = answer.fieldsWith(this.#options.onHead?.(answer.status) ?? noFields);
    this.#answer = new AnswerFlow(this.#exchange, answer, fields);
    this.#hasMoved = true;
  }

  onPart(chunk: Uint8Array, from: number, to: number): void {
    if (this.#isDone) return;
    this.#hasMoved = true;
    this.#answer?.take(chunk, from, to);
  }

  onWhole(trailers: readonly Field[]): void {
    this.#isWhole = true;
    this.#trailers = passableTrailers(trailers);
  }

  onRead(chunk: Uint8Array, usedBytes: number): void {
    const answer = this.#answer;
    if (this.#isDone || answer === undefined) return;
    if (answer.head.status === 101) this.#openTunnel(answer.fields, chunk.subarray(usedBytes));
    else if (this.#isWhole) this.#finish(answer, usedBytes === chunk.length);
    else this.#goOn(answer);
  }

  /** Many servers send head and body apart, which need not become two writes of ours. */
  #goOn(answer: AnswerFlow): void {
    if (!answer.endRead()) this.#waitForClient();
    if (answer.hasBegun) return;
    if (answer.isLong) this.onTurn();
    else if (!this.#awaitsTurn) {
      this.#awaitsTurn = true;
      this.#host.afterTurn(this);
    }
  }

  onTurn(): void {
    const answer = this.#answer;
    if (this.#isDone || answer === undefined || answer.hasBegun) return;
    if (!answer.begin(() => this.#goOnAfterClient())) this.#waitForClient();
  }

  #waitForClient(): void {
    if (!this.#isDone) this.#connection?.pause();
  }

  #goOnAfterClient(): void {
    this.#hasMoved = true;
    this.#connection?.resume();
  }

  /** The answer has come to its end. `isExact`: nothing came behind it. */
  #finish(answer: AnswerFlow, isExact: boolean): void {
    const connection = this.#connection!;
    const { keepAlive, status } = answer.head;
    this.#isDone = true;
    this.#feed?.stop();
    if (keepAlive && isExact && this.#isSent && connection.unsentBytes === 0) {
      connection.resume();
      connection.free();
    } else connection.close("at once");
    answer.end(this.#trailers);
    this.#tell({ kind: "answered", status, ttfbMs: this.#ttfbMs, bytes: answer.bytes });
  }

  #openTunnel(fields: readonly Field[], rest: Uint8Array): void {
    const ends = { exchange: this.#exchange, connection: this.#connection! };
    this.#isTunnel = tryOpenTunnel(ends, {
      fields,
      rest,
      halfOpenMs: this.#host.options.bodyIdleMs,
      onClosed: (bytes) => {
        this.#isDone = true;
        this.#tell({ kind: "answered", status: 101, ttfbMs: this.#ttfbMs, bytes });
      },
    });
    if (!this.#isTunnel) this.#fail("bad_answer");
  }

  /** Also when the server has answered in our stead, as to a malformed body. */
  onClientGone(): void {
    if (this.#isDone || this.#isTunnel) return;
    this.#isDone = true;
    this.#feed?.stop();
    this.#connection?.close("at once");
    this.#tell({ kind: "aborted" });
  }

  #fail(failure: Exclude<ForwardFailure, "bad_request">): void {
    if (this.#isDone) return;
    this.#isDone = true;
    this.#connection?.close("at once");
    this.#feed?.stop();
    if (this.#answer?.hasBegun === true) {
      this.#answer.abort();
      this.#tell({ kind: "failed", failure, status: 0 });
      return;
    }
    // Of a body that somebody has begun to read, the beginning is gone.
    const isOurs = isUnsent(failure) && this.#feed === undefined;
    if (isOurs && this.#options.onUnsent?.(failure) === true) return;
    const { status, detail } = told[failure];
    this.#options.respondFailure({ status, code: failure, detail });
    this.#tell({ kind: "failed", failure, status });
  }

  #tell(result: ForwardResult): void {
    this.#options.onDone(result);
  }

  checkDeadline(nowMs: number): void {
    const { connectTimeoutMs, headTimeoutMs, bodyIdleMs } = this.#host.options;
    const connection = this.#connection;
    if (connection === undefined) return;
    if (connection.stage === "connecting") {
      if (isOver(connection.openedMs, connectTimeoutMs, nowMs)) this.#fail("connect_timeout");
    } else if (this.#answer === undefined) {
      // While the client owes a part of its body, the upstream owes nothing.
      const isOurTurn = !this.#isSent && connection.unsentBytes === 0;
      if (isOurTurn) this.#owesSinceMs = nowMs;
      if (isOver(this.#owesSinceMs, headTimeoutMs, nowMs)) this.#fail("head_timeout");
      else if (this.#head.awaitsContinue && isOver(this.#startedMs, CONTINUE_WAIT_MS, nowMs)) {
        this.#feed?.read();
      }
    } else if (this.#hasMoved) {
      this.#hasMoved = false;
      this.#owesSinceMs = nowMs;
    } else if (connection.isPaused) {
      const waitMs = bodyIdleMs === 0 ? 0 : Math.max(bodyIdleMs, MIN_CLIENT_WAIT_MS);
      if (isOver(this.#owesSinceMs, waitMs, nowMs)) this.#leaveClient();
    } else if (isOver(this.#owesSinceMs, bodyIdleMs, nowMs)) this.#fail("body_cut");
  }

  /** It takes nothing of its answer, and would hold what the exchange holds for ever. */
  #leaveClient(): void {
    const answer = this.#answer;
    this.onClientGone();
    answer?.abort();
  }
}

const noFields: readonly Field[] = [];

/** 0 never is. */
const isOver = (sinceMs: number, limitMs: number, nowMs: number): boolean =>
  limitMs > 0 && nowMs - sinceMs >= limitMs;
