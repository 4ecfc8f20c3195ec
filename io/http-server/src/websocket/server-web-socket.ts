import { isUtf8 } from "node:buffer";
import type { CancelTimer } from "@breakwater/clock";
import {
  type CloseCode,
  encodeClose,
  encodeFrame,
  MessageDecoder,
  type MessageListener,
  tryText,
} from "@breakwater/wire";
import type { Wire, WireReader } from "../exchange.ts";
import { inflateMessage } from "./deflate.ts";
import { FrameOutlet } from "./frame-outlet.ts";
import { deflatedFrame, messageFrame } from "./message-frame.ts";
import type { PreparedFrame } from "./prepare-frame.ts";
import type { MessageKind, WebSocketConnection, WebSocketOptions } from "./web-socket.ts";

/** From our close frame until the connection is gone. */
const CLOSE_TIMEOUT_MS = 5000;

/** Smaller messages hardly shrink. */
const MIN_DEFLATED_BYTES = 64;

/** "closing": we have closed, the client's close frame is awaited. "ended": it is not any more. */
type State = "open" | "closing" | "ended" | "closed";

/** What came while the client was too slow to be answered: told when it has caught up. */
type Held =
  | {
      readonly kind: MessageKind;
      readonly payload: Uint8Array;
      readonly isCompressed: boolean;
    }
  | { readonly kind: "too large"; readonly bytes: number }
  | { readonly kind: "close"; readonly code: number | undefined; readonly reason: string };

/**
 * A server's end of a WebSocket, on a connection that was taken over.
 *
 * A client that does not take what it is sent is not read, and gets nothing but what waits.
 *
 * Hot path: a small message sent costs one frame and, with all others of the same turn of the event
 * loop, one write.
 */
export class ServerWebSocket implements WebSocketConnection, MessageListener {
  /** What takes the connection over. */
  readonly reader: WireReader = {
    onData: (bytes) => this.#read(bytes),
    onStop: () => this.#stopping(),
    onClose: () => this.#closed(),
  };
  readonly #options: WebSocketOptions;
  /** From so many bytes on, messages are compressed. */
  readonly #minDeflatedBytes: number;
  /** The decoder's bytes are good until it is told the next thing. */
  readonly #isLent: boolean;
  readonly #decoder: MessageDecoder;
  #wire: Wire | undefined;
  #outlet: FrameOutlet | undefined;
  #state: State = "open";
  /** Of the first close frame. */
  #code = 1006;
  #reason = "";
  #cancelTimer: CancelTimer | undefined;
  /** Since the last look: something came. */
  #hasHeard: boolean = true;
  #isPinged: boolean = false;
  #isStopTold: boolean = false;
  #held: Held[] = [];
  #heldBytes = 0;
  /** What a slow client is sent when it has caught up: the last pong, and our close frame. */
  #pong: Uint8Array | undefined;
  #closeFrame: Uint8Array | undefined;

  constructor(options: WebSocketOptions, { deflates }: { readonly deflates: boolean }) {
    const { maxMessageBytes, handler, minDeflatedBytes = MIN_DEFLATED_BYTES } = options;
    this.#options = options;
    this.#minDeflatedBytes = deflates ? minDeflatedBytes : Number.POSITIVE_INFINITY;
    this.#isLent = handler.onText !== undefined;
    const mayLend = this.#isLent;
    const limits = { maxMessageBytes, mayCompress: deflates, mayLend, role: "server" } as const;
    this.#decoder = new MessageDecoder(limits, this);
  }

  /** Once, before anything else: the wire, and the handshake's answer to send on it. */
  open(wire: Wire, answer: string): void {
    this.#wire = wire;
    this.#outlet = new FrameOutlet(wire, () => this.#pauseIfOpen());
    wire.onDrain(() => this.#drained());
    wire.write(Buffer.from(answer));
    if (this.#options.pingAfterMs > 0) this.#watch();
  }

  get isOpen(): boolean {
    return this.#state === "open";
  }

  get unsentBytes(): number {
    return this.#outlet!.unsentBytes;
  }

  send(kind: MessageKind, payload: Uint8Array | string): boolean {
    if (!this.#takesMore()) return false;
    const isDeflated =
      this.#minDeflatedBytes < Number.POSITIVE_INFINITY &&
      Buffer.byteLength(payload) >= this.#minDeflatedBytes;
    return this.#outlet!.write((isDeflated ? deflatedFrame : messageFrame)(kind, payload));
  }

  sendPrepared(frame: PreparedFrame): boolean {
    if (!this.#takesMore()) return false;
    const isDeflated = frame.payloadBytes >= this.#minDeflatedBytes;
    return this.#outlet!.write(isDeflated ? frame.deflated : frame.plain);
  }

  /** Closes the connection if too much waits for the client. */
  #takesMore(): boolean {
    if (this.#state !== "open") return false;
    const outlet = this.#outlet!;
    const { maxUnsentBytes } = this.#options;
    // What waits for nothing but the turn's end is not the client's fault.
    if (!outlet.isSlow || outlet.unsentBytes <= maxUnsentBytes) return true;
    this.close(1008, "the client does not take what it is sent");
    return false;
  }

  ping(payload: Uint8Array = nothing): void {
    const outlet = this.#outlet!;
    if (this.#state === "open" && !outlet.isSlow) outlet.write(encodeFrame("ping", payload));
  }

  close(code?: number, reason = ""): void {
    if (this.#state !== "open") return;
    this.#state = "closing";
    this.#sayClose(code, reason, encodeClose(code, reason));
    // A client that was not read has to be, for its close frame to come.
    this.#wire!.resume();
  }

  goAway(): void {
    this.close(1001, "the server is stopping");
  }

  #stopping(): void {
    const { handler } = this.#options;
    if (handler.onStop === undefined) this.goAway();
    else if (this.#state === "open" && !this.#isStopTold) {
      this.#isStopTold = true;
      handler.onStop(this);
    }
  }

  #read(bytes: Uint8Array): void {
    if (this.#state === "ended" || this.#state === "closed") return;
    this.#hasHeard = true;
    this.#decoder.push(bytes);
    this.#endIfSent();
  }

  #pauseIfOpen(): void {
    if (this.#state === "open") this.#wire!.pause();
  }

  onMessage(kind: MessageKind, payload: Uint8Array, isCompressed: boolean): void {
    if (this.#state !== "open") return;
    if (this.#outlet!.isSlow) {
      this.#hold({ kind, payload: this.#isLent ? payload.slice() : payload, isCompressed });
    } else this.#tell(kind, payload, isCompressed);
  }

  onTooLarge(bytes: number): boolean {
    const { handler } = this.#options;
    if (handler.onTooLarge === undefined) return false;
    if (this.#state !== "open") return true;
    if (this.#outlet!.isSlow) this.#hold({ kind: "too large", bytes });
    else handler.onTooLarge(this, bytes);
    return true;
  }

  /** By one read at most, if the server can hold the client up. */
  #hold(held: Held): void {
    const { maxMessageBytes, maxUnsentBytes } = this.#options;
    this.#held.push(held);
    if ("payload" in held) this.#heldBytes += held.payload.length;
    if (this.#heldBytes <= maxMessageBytes + maxUnsentBytes) return;
    this.close(1008, "the client sends more and does not take the answers");
  }

  #tell(kind: MessageKind, payload: Uint8Array, isCompressed: boolean): void {
    const bytes = isCompressed ? this.#inflated(payload) : payload;
    if (bytes === undefined) return;
    const { handler } = this.#options;
    if (kind === "binary") {
      const isLent = this.#isLent && bytes === payload;
      handler.onMessage(this, kind, isLent ? bytes.slice() : bytes);
    } else if (handler.onText === undefined) {
      if (isUtf8(bytes)) handler.onMessage(this, kind, bytes);
      else this.onViolation(1007, "a text that is not UTF-8");
    } else {
      const text = tryText(bytes);
      if (text === undefined) this.onViolation(1007, "a text that is not UTF-8");
      else handler.onText(this, text);
    }
  }

  #inflated(payload: Uint8Array): Uint8Array | undefined {
    const { maxMessageBytes, handler } = this.#options;
    const bytes = inflateMessage(payload, maxMessageBytes);
    if (bytes instanceof Uint8Array) return bytes;
    if (bytes === undefined) this.onViolation(1007, "a message that cannot be inflated");
    else if (handler.onTooLarge !== undefined) handler.onTooLarge(this, maxMessageBytes + 1);
    else this.onViolation(1009, `a message beyond ${maxMessageBytes} bytes`);
    return undefined;
  }

  /** Of several pings, a slow client gets the last one's pong (RFC 6455 5.5.3). */
  onPing(payload: Uint8Array): void {
    if (this.#state !== "open") return;
    const pong = encodeFrame("pong", payload);
    if (this.#outlet!.isSlow) this.#pong = pong;
    else this.#outlet!.write(pong);
  }

  onPong(): void {
    if (this.#state === "open") this.#options.handler.onPong?.(this);
  }

  /** The client's close frame; it may be the answer to ours. */
  onClose(code: number | undefined, reason: string): void {
    if (this.#state === "closing") {
      this.#state = "ended";
    } else if (this.#outlet!.isSlow) this.#hold({ kind: "close", code, reason });
    else this.#answerClose(code, reason);
  }

  #answerClose(code: number | undefined, reason: string): void {
    this.#state = "ended";
    this.#sayClose(code, reason, encodeClose(code));
  }

  /** Fails the connection (RFC 6455 7.1.7): the client is told why, and not waited for. */
  onViolation(code: CloseCode, message: string): void {
    if (this.#state === "open") this.#sayClose(code, message, encodeClose(code, message));
    this.#state = "ended";
  }

  #sayClose(code: number | undefined, reason: string, payload: Uint8Array): void {
    this.#code = code ?? 1005;
    this.#reason = reason;
    this.#held = [];
    this.#pong = undefined;
    this.#setTimer(CLOSE_TIMEOUT_MS, () => this.#wire!.reset());
    const frame = encodeFrame("close", payload);
    if (this.#outlet!.isSlow) this.#closeFrame = frame;
    else this.#outlet!.write(frame);
  }

  /** When nothing more is to be said or heard. */
  #endIfSent(): void {
    if (this.#state !== "ended" || this.#closeFrame !== undefined) return;
    this.#outlet!.flush();
    this.#wire!.end();
  }

  #drained(): void {
    const outlet = this.#outlet!;
    if (!outlet.isSlow) return;
    outlet.drained();
    this.#catchUp(outlet);
    outlet.flush();
    this.#endIfSent();
    if (outlet.isSlow || this.#state !== "open") return;
    this.#wire!.resume();
    this.#options.handler.onDrain?.(this);
  }

  #catchUp(outlet: FrameOutlet): void {
    for (const frame of [this.#pong, this.#closeFrame]) if (frame) outlet.write(frame);
    this.#pong = undefined;
    this.#closeFrame = undefined;
    const held = this.#held;
    let told = 0;
    for (; told < held.length && !outlet.isSlow && this.#state === "open"; told += 1) {
      const next = held[told]!;
      if (next.kind === "close") this.#answerClose(next.code, next.reason);
      else if (next.kind === "too large") this.#options.handler.onTooLarge?.(this, next.bytes);
      else {
        this.#heldBytes -= next.payload.length;
        this.#tell(next.kind, next.payload, next.isCompressed);
      }
    }
    this.#held = this.#state === "open" ? held.slice(told) : [];
  }

  #closed(): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#held = [];
    this.#cancelTimer?.();
    this.#options.handler.onClose?.(this, this.#code, this.#reason);
  }

  #watch(): void {
    this.#setTimer(this.#options.pingAfterMs, () => {
      // A slow client is not read.
      const isQuiet = !this.#hasHeard && !this.#outlet!.isSlow;
      if (isQuiet && this.#isPinged) {
        this.#wire!.reset();
        return;
      }
      if (isQuiet) this.ping();
      this.#isPinged = isQuiet;
      this.#hasHeard = false;
      this.#watch();
    });
  }

  #setTimer(delayMs: number, wake: () => void): void {
    const { clock } = this.#options;
    this.#cancelTimer?.();
    this.#cancelTimer = clock.at(clock.nowMs() + delayMs, wake);
  }
}

const nothing = new Uint8Array(0);
