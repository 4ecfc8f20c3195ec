import type { CancelTimer, Clock } from "@breakwater/clock";
import {
  type CloseCode,
  encodeClose,
  encodeFrame,
  type HeadMemory,
  MessageDecoder,
  type MessageListener,
  type Opcode,
  ResponseDecoder,
  type ResponseHead,
  type ResponseLimits,
  tryText,
  WireError,
} from "@breakwater/wire";
import type { Socket } from "bun";
import { deflateMessage, inflateMessage } from "./deflate.ts";
import { type Dialled, type Dialler, type TlsFor, tlsFailure, tlsOptionsOf } from "./dialler.ts";
import type { WsFailure, WsFailureCode } from "./failure.ts";
import { type EncodedHandshake, refusal, type WsHandshake, type WsRequest } from "./handshake.ts";
import type { WsEnd, WsListener } from "./listener.ts";
import { Outbox } from "./outbox.ts";
import type { WsUrl } from "./parse-ws-url.ts";

/** What all connections of a client share. */
export interface Engine {
  readonly clock: Clock;
  readonly tlsFor: TlsFor;
  readonly handshakeTimeoutMs: number;
  readonly closeTimeoutMs: number;
  readonly maxMessageBytes: number;
  readonly maxBacklogBytes: number;
  readonly responseLimits: ResponseLimits;
  readonly headMemory: HeadMemory;
  readonly dialler: Dialler;
  readonly nextMask: () => number;
  readonly open: Set<WsConnection>;
}

/**
 * "closing": our close frame is sent, the peer's awaited. "leaving": the listener is told nothing
 * any more, what is left to send goes out.
 */
type State = "connecting" | "upgrading" | "open" | "closing" | "leaving" | "closed";

/** A body that is kept of an answer which refuses. */
const MAX_REFUSAL_BYTES = 64 * 1024;

/** Pings that no pong has come for; older ones are forgotten. */
const MAX_OPEN_PINGS = 1000;

/** One WebSocket, from dialling to its end. Hot path from onOpen() on. */
export class WsConnection implements Dialled, MessageListener {
  readonly #engine: Engine;
  readonly #request: WsRequest;
  readonly #listener: WsListener;
  readonly #handshake: EncodedHandshake;
  readonly #outbox: Outbox;
  #state: State = "connecting";
  #socket: Socket<Dialled> | undefined;
  #cancelTimer: CancelTimer | undefined;
  #response: ResponseDecoder | undefined;
  #head: ResponseHead | undefined;
  #body: Uint8Array[] = [];
  #bodyBytes = 0;
  #messages: MessageDecoder | undefined;
  #isCompressed: boolean = false;
  /** Ping payload as text → when it was sent. */
  readonly #pings = new Map<string, number>();

  constructor(
    engine: Engine,
    request: WsRequest,
    handshake: EncodedHandshake,
    listener: WsListener,
  ) {
    this.#engine = engine;
    this.#request = request;
    this.#handshake = handshake;
    this.#listener = listener;
    this.#outbox = new Outbox((sent) => listener.onBytes(sent, 0));
  }

  get url(): WsUrl {
    return this.#request.url;
  }
  get localAddress(): string | undefined {
    return this.#request.localAddress;
  }
  get isClosed(): boolean {
    return this.#state === "closed";
  }
  /** Bytes of messages, with their framing, that are not yet the kernel's. */
  get unsentBytes(): number {
    return this.#outbox.bytes;
  }

  /** Once, by the client. */
  start(): void {
    const { handshakeTimeoutMs, dialler, open } = this.#engine;
    open.add(this);
    this.#setTimer(handshakeTimeoutMs, () => {
      const why = `no answer within ${handshakeTimeoutMs} ms`;
      this.#refuse("handshake_timeout", `Cannot connect to ${this.url.hostHeader}: ${why}`);
    });
    // Never before connect() has returned.
    queueMicrotask(() => {
      if (this.#state === "connecting") dialler.dial(this);
    });
  }

  /** Sends a message; false once none can be sent any more. */
  send(data: string | Uint8Array): boolean {
    if (this.#state !== "open") return false;
    const payload = typeof data === "string" ? encoder.encode(data) : data;
    const isCompressed = this.#isCompressed;
    const sent = isCompressed ? deflateMessage(payload) : payload;
    this.#write(typeof data === "string" ? "text" : "binary", sent, isCompressed);
    return true;
  }

  /** At most 125 bytes. A pong with the same bytes is told with its round trip. */
  ping(payload: Uint8Array): boolean {
    if (this.#state !== "open") return false;
    const key = pingKey(payload);
    this.#pings.delete(key);
    this.#pings.set(key, this.#engine.clock.nowMs());
    if (this.#pings.size > MAX_OPEN_PINGS) this.#pings.delete(this.#pings.keys().next().value!);
    this.#write("ping", payload);
    return true;
  }

  /** Sends a close frame and awaits the peer's; what it still sends before is told. */
  close(code?: number, reason?: string): void {
    if (this.#state === "connecting" || this.#state === "upgrading") {
      this.abandon();
      return;
    }
    if (this.#state !== "open") return;
    this.#write("close", encodeClose(code, reason));
    // Too much may have been written.
    if ((this.#state as State) !== "open") return;
    this.#state = "closing";
    const { closeTimeoutMs } = this.#engine;
    this.#setTimer(closeTimeoutMs, () => {
      this.#fail("close_timeout", `the peer did not close within ${closeTimeoutMs} ms`);
    });
  }

  /** Sends a close frame if it can, and is gone: the listener is told nothing any more. */
  leave(code: number): void {
    if (this.#state === "open") this.#write("close", encodeClose(code));
    this.#leave();
  }

  /** Gone at once. */
  abandon(): void {
    this.#shut();
  }

  /** Reads no more until resume(): the peer's sending is held up in turn. */
  pause(): void {
    this.#socket?.pause();
  }

  resume(): void {
    this.#socket?.resume();
  }

  onDialFailed(failure: WsFailure): void {
    if (this.#state === "connecting") this.#refuseWith(failure, undefined);
  }

  onOpen(socket: Socket<Dialled>): void {
    if (this.isClosed) {
      socket.terminate();
      return;
    }
    this.#socket = socket;
    socket.setNoDelay(true);
    if (!this.url.secure) this.#upgrade();
  }

  onTlsHandshake(socket: Socket<Dialled>, ok: boolean, error: Error | null): void {
    if (this.#state !== "connecting") return;
    const options = tlsOptionsOf(this.url, this.#engine.tlsFor);
    const insecureSkipVerify = options.rejectUnauthorized === false;
    const failure = tlsFailure(socket, this.url, { ok, error, insecureSkipVerify });
    if (failure) this.#refuseWith(failure, undefined);
    else this.#upgrade();
  }

  /** Hot path. */
  onData(bytes: Uint8Array): void {
    this.#listener.onBytes(0, bytes.length);
    if (this.#state === "open" || this.#state === "closing") this.#messages!.push(bytes);
    else if (this.#state === "upgrading") this.#readAnswer(bytes);
  }

  onDrain(): void {
    this.#outbox.flush();
    if (this.#state === "leaving") this.#endWhenSent();
  }

  onLost(error: Error | undefined): void {
    if (this.isClosed) return;
    if (this.#state === "upgrading" && error === undefined && this.#endAnswer()) return;
    if (this.#state === "connecting" || this.#state === "upgrading") {
      const why = error?.message ?? "the peer closed it before it answered";
      this.#refuse("closed_early", `Cannot connect to ${this.url.hostHeader}: ${why}`);
    } else if (this.#state === "leaving") this.#shut();
    else if (error === undefined) this.#fail("closed_early", "unexpected EOF");
    else this.#fail("reset", `the peer reset the connection (${error.message})`);
  }

  onMessage(kind: "text" | "binary", payload: Uint8Array, isCompressed: boolean): void {
    const { maxMessageBytes } = this.#engine;
    const whole = isCompressed ? inflateMessage(payload, maxMessageBytes) : payload;
    if (whole === undefined) {
      this.onViolation(1007, "a message that cannot be inflated");
    } else if (whole === "too large") {
      this.onViolation(1009, `a message that is beyond ${maxMessageBytes} bytes when inflated`);
    } else if (kind === "binary") {
      // Of its own: a view would keep the whole chunk alive, and show it to the script.
      this.#listener.onMessage(new Uint8Array(whole));
    } else {
      const text = tryText(whole);
      if (text === undefined) this.onViolation(1007, "a text that is not UTF-8");
      else this.#listener.onMessage(text);
    }
  }

  onPing(payload: Uint8Array): void {
    if (this.#state === "open") this.#write("pong", payload);
    this.#listener.onPing(payload);
  }

  onPong(payload: Uint8Array): void {
    const key = pingKey(payload);
    const sentMs = this.#pings.get(key);
    this.#pings.delete(key);
    const nowMs = this.#engine.clock.nowMs();
    this.#listener.onPong(payload, sentMs === undefined ? undefined : nowMs - sentMs);
  }

  onClose(code: number | undefined, reason: string): void {
    if (this.#state === "open") this.#write("close", encodeClose(code));
    this.#leave();
    this.#listener.onEnd({ code: code ?? 1005, reason, failure: undefined });
  }

  onViolation(closeCode: CloseCode, message: string): void {
    if (this.#state === "open") this.#write("close", encodeClose(closeCode, message));
    this.#leave();
    const code = closeCode === 1009 ? "message_too_large" : "protocol_error";
    const failure: WsFailure = { code, message: `the server sent ${message}` };
    this.#listener.onEnd({ code: closeCode, reason: "", failure });
  }

  #upgrade(): void {
    const { responseLimits, headMemory, dialler } = this.#engine;
    dialler.done(this);
    this.#state = "upgrading";
    this.#response = new ResponseDecoder(
      responseLimits,
      {
        onHead: (head) => this.#onHead(head),
        onBody: (chunk, from, to) => this.#keepBody(chunk.subarray(from, to)),
        onEnd: () => this.#onAnswered(),
      },
      headMemory,
    );
    this.#response.expect("GET");
    this.#outbox.open(this.#socket!);
    this.#outbox.add(this.#handshake.bytes);
  }

  #readAnswer(bytes: Uint8Array): void {
    try {
      const used = this.#response!.push(bytes);
      // The server may have begun to speak.
      const rest = bytes.subarray(used);
      if (this.#messages && rest.length > 0) this.#messages.push(rest);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.#refuse("bad_handshake", `Cannot read the answer of ${this.url.href}: ${error.message}`);
    }
  }

  /** A body that lasts until the connection ends is complete; false when the answer is not. */
  #endAnswer(): boolean {
    try {
      this.#response!.end();
    } catch {
      return false;
    }
    return this.#state !== "upgrading";
  }

  #onHead(head: ResponseHead): void {
    this.#head = head;
  }

  #keepBody(part: Uint8Array): void {
    if (this.#bodyBytes > MAX_REFUSAL_BYTES || this.#state !== "upgrading") return;
    this.#body.push(part.subarray(0, MAX_REFUSAL_BYTES - this.#bodyBytes));
    this.#bodyBytes += part.length;
    if (this.#bodyBytes >= MAX_REFUSAL_BYTES) this.#onAnswered();
  }

  #onAnswered(): void {
    if (this.#state !== "upgrading") return;
    const why = refusal(this.#request, this.#handshake.key, this.#head!);
    if (why !== undefined) {
      const message = `Cannot open the WebSocket ${this.url.href}: ${why}`;
      this.#refuse("bad_handshake", message);
      return;
    }
    this.#cancelTimer?.();
    this.#response = undefined;
    this.#state = "open";
    const handshake = this.#answer(this.#head!);
    this.#isCompressed = handshake.isCompressed;
    const { maxMessageBytes } = this.#engine;
    const mayCompress = this.#isCompressed;
    this.#messages = new MessageDecoder({ role: "client", maxMessageBytes, mayCompress }, this);
    this.#listener.onOpen(handshake);
  }

  #answer(head: ResponseHead): WsHandshake {
    return {
      status: head.status,
      head,
      body: Buffer.concat(this.#body).toString(),
      protocol: head.header("sec-websocket-protocol") ?? "",
      isCompressed: (head.header("sec-websocket-extensions") ?? "").trim() !== "",
    };
  }

  #write(opcode: Opcode, payload: Uint8Array, isCompressed = false): void {
    const { maxBacklogBytes, nextMask } = this.#engine;
    this.#outbox.add(encodeFrame(opcode, payload, { mask: nextMask(), isCompressed }));
    if (this.#outbox.bytes <= maxBacklogBytes) return;
    const why = `the server did not take what was sent: more than ${maxBacklogBytes} bytes wait`;
    // Not while the caller is still in send().
    queueMicrotask(() => this.#fail("backlog_full", why));
  }

  #refuse(code: WsFailureCode, message: string): void {
    this.#refuseWith({ code, message }, this.#head && this.#answer(this.#head));
  }

  #refuseWith(failure: WsFailure, handshake: WsHandshake | undefined): void {
    this.#shut();
    this.#listener.onRefused(failure, handshake);
  }

  #fail(code: WsFailureCode, message: string): void {
    if (this.#state !== "open" && this.#state !== "closing") return;
    this.#shut();
    const reason = code === "closed_early" ? message : "";
    this.#listener.onEnd({ code: 1006, reason, failure: { code, message } } satisfies WsEnd);
  }

  #leave(): void {
    if (this.#state === "connecting" || this.#state === "upgrading") this.#shut();
    if (this.isClosed || this.#state === "leaving") return;
    this.#state = "leaving";
    this.#socket?.resume();
    this.#setTimer(this.#engine.closeTimeoutMs, () => this.#shut());
    this.#outbox.flush();
    this.#endWhenSent();
  }

  #endWhenSent(): void {
    if (this.#outbox.bytes === 0) this.#socket?.end();
  }

  #shut(): void {
    if (this.isClosed) return;
    this.#state = "closed";
    this.#cancelTimer?.();
    this.#engine.open.delete(this);
    this.#engine.dialler.done(this);
    this.#outbox.close();
    this.#socket?.terminate();
    this.#socket = undefined;
  }

  #setTimer(delayMs: number, run: () => void): void {
    const { clock } = this.#engine;
    this.#cancelTimer?.();
    this.#cancelTimer = clock.at(clock.nowMs() + delayMs, run);
  }
}

const encoder = new TextEncoder();

const pingKey = (payload: Uint8Array): string => Buffer.from(payload).toString("latin1");
