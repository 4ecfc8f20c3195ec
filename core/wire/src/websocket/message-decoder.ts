import { type Opcode, tryOpcode } from "./opcode.ts";

/** Told what a server sent, in order; nothing after onClose() or onViolation(). */
export interface MessageListener {
  /**
   * A whole message. The bytes may be a view of the chunk; of a text they are not yet checked, as
   * they may be compressed.
   */
  onMessage(kind: "text" | "binary", payload: Uint8Array, isCompressed: boolean): void;
  onPing(payload: Uint8Array): void;
  onPong(payload: Uint8Array): void;
  /** `code` is undefined when the frame has none. */
  onClose(code: number | undefined, reason: string): void;
  /** What came is against the protocol, or too much. `closeCode` is to be sent: RFC 6455 7.4.1. */
  onViolation(closeCode: CloseCode, message: string): void;
}

export type CloseCode = 1002 | 1007 | 1009;

export interface MessageLimits {
  /** Of a message as it comes, over all its frames; compressed, if it is. */
  readonly maxMessageBytes: number;
  /** RFC 7692 was agreed on. */
  readonly mayCompress: boolean;
}

const MAX_HEAD_BYTES = 10;
const MAX_CONTROL_BYTES = 125;
const MAX_FRAGMENTS = 65_536;

/**
 * Cuts the bytes of a server into WebSocket messages (RFC 6455), however the network chunked them.
 *
 * Hot path: a message that is one frame in one chunk is a view of it.
 */
export class MessageDecoder {
  readonly #limits: MessageLimits;
  readonly #listener: MessageListener;
  readonly #head: Uint8Array = new Uint8Array(MAX_HEAD_BYTES);
  /** Bytes of the head that have come; -1 once it is whole and the payload is awaited. */
  #headBytes = 0;
  #opcode: Opcode = "continuation";
  #isLast: boolean = true;
  /** Of the frame: bytes still to come, and what has come. */
  #missing = 0;
  #parts: Uint8Array[] = [];
  /** Of the message whose last frame has not come; undefined when there is none. */
  #kind: "text" | "binary" | undefined;
  #isCompressed: boolean = false;
  #messageBytes = 0;
  #fragments: Uint8Array[] = [];
  #isDone: boolean = false;

  constructor(limits: MessageLimits, listener: MessageListener) {
    this.#limits = limits;
    this.#listener = listener;
  }

  push(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length && !this.#isDone) {
      at = this.#headBytes >= 0 ? this.#takeHead(chunk, at) : this.#takePayload(chunk, at);
    }
  }

  #takeHead(chunk: Uint8Array, from: number): number {
    let at = from;
    while (at < chunk.length) {
      this.#head[this.#headBytes] = chunk[at]!;
      this.#headBytes += 1;
      at += 1;
      if (this.#headBytes >= 2 && this.#headBytes === headBytes(this.#head[1]!)) {
        this.#begin();
        break;
      }
    }
    return at;
  }

  #begin(): void {
    const first = this.#head[0]!;
    const length = payloadBytes(this.#head);
    const opcode = tryOpcode(first & 0x0f);
    this.#isLast = (first & 0x80) !== 0;
    const wrong = this.#violation(opcode, first, length);
    if (opcode === undefined || wrong !== undefined) {
      this.#refuse(1002, wrong ?? "a reserved opcode");
      return;
    }
    this.#opcode = opcode;
    if (!isControl(opcode)) this.#beginData(opcode, length, (first & 0x40) !== 0);
    if (this.#isDone) return;
    this.#missing = length;
    this.#headBytes = -1;
    if (length === 0) this.#endFrame();
  }

  /** What RFC 6455 5.2 to 5.5 forbid in a frame's head. */
  #violation(opcode: Opcode | undefined, first: number, length: number): string | undefined {
    if (opcode === undefined) return `opcode ${first & 0x0f} is reserved`;
    if ((this.#head[1]! & 0x80) !== 0) return "a server's frames are not masked";
    const isFirstOfData = opcode === "text" || opcode === "binary";
    const allowed = this.#limits.mayCompress && isFirstOfData ? 0x40 : 0;
    if ((first & 0x70 & ~allowed) !== 0) return "reserved bits are set that nothing was agreed on";
    if (isControl(opcode)) {
      if (!this.#isLast) return `a ${opcode} frame cannot be fragmented`;
      return length > MAX_CONTROL_BYTES ? `a ${opcode} frame of ${length} bytes` : undefined;
    }
    if (opcode === "continuation") {
      return this.#kind === undefined ? "a continuation of no message" : undefined;
    }
    return this.#kind === undefined ? undefined : "a message inside a message";
  }

  #beginData(opcode: Opcode, length: number, isCompressed: boolean): void {
    if (opcode !== "continuation") {
      this.#kind = opcode === "text" ? "text" : "binary";
      this.#isCompressed = isCompressed;
    }
    this.#messageBytes += length;
    const { maxMessageBytes } = this.#limits;
    if (this.#messageBytes > maxMessageBytes || this.#fragments.length >= MAX_FRAGMENTS) {
      this.#refuse(1009, `a message beyond ${maxMessageBytes} bytes or ${MAX_FRAGMENTS} frames`);
    }
  }

  #takePayload(chunk: Uint8Array, from: number): number {
    const to = Math.min(chunk.length, from + this.#missing);
    this.#missing -= to - from;
    this.#parts.push(chunk.subarray(from, to));
    if (this.#missing === 0) this.#endFrame();
    return to;
  }

  #endFrame(): void {
    const parts = this.#parts;
    this.#headBytes = 0;
    if (isControl(this.#opcode)) {
      this.#parts = [];
      this.#control(joined(parts));
      return;
    }
    if (!this.#isLast) {
      // Joined, as a frame may have come byte by byte.
      this.#fragments.push(joined(parts));
      this.#parts = [];
      return;
    }
    const payload = joined(this.#fragments.length > 0 ? [...this.#fragments, ...parts] : parts);
    this.#parts = [];
    this.#fragments = [];
    this.#messageBytes = 0;
    const kind = this.#kind!;
    this.#kind = undefined;
    this.#listener.onMessage(kind, payload, this.#isCompressed);
  }

  #control(payload: Uint8Array): void {
    if (this.#opcode === "ping") this.#listener.onPing(payload);
    else if (this.#opcode === "pong") this.#listener.onPong(payload);
    else this.#close(payload);
  }

  #close(payload: Uint8Array): void {
    if (payload.length === 0) {
      this.#isDone = true;
      this.#listener.onClose(undefined, "");
      return;
    }
    const code = payload.length === 1 ? 0 : payload[0]! * 256 + payload[1]!;
    if (!mayBeReceived(code)) {
      this.#refuse(1002, "a close frame without a code that may be sent");
      return;
    }
    const reason = tryText(payload.subarray(2));
    if (reason === undefined) {
      this.#refuse(1007, "the reason of a close frame is not UTF-8");
      return;
    }
    this.#isDone = true;
    this.#listener.onClose(code, reason);
  }

  #refuse(code: CloseCode, message: string): void {
    this.#isDone = true;
    this.#listener.onViolation(code, message);
  }
}

/** The UTF-8 text; undefined when the bytes are none. */
export function tryText(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const isControl = (opcode: Opcode): boolean =>
  opcode === "close" || opcode === "ping" || opcode === "pong";

/** Without a mask: a masked frame is refused before its payload is looked at. */
function headBytes(second: number): number {
  const length = second & 0x7f;
  if (length < 126) return 2;
  return length === 126 ? 4 : 10;
}

function payloadBytes(head: Uint8Array): number {
  const length = head[1]! & 0x7f;
  if (length < 126) return length;
  let bytes = 0;
  for (let index = 2; index < headBytes(length); index += 1) bytes = bytes * 256 + head[index]!;
  return bytes;
}

/** RFC 6455 7.4, with 1012 to 1014 of IANA's registry. */
function mayBeReceived(code: number): boolean {
  if (code >= 3000) return code < 5000;
  return code >= 1000 && code <= 1014 && code !== 1004 && code !== 1005 && code !== 1006;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
