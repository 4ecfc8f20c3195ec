import { toFrame } from "./raw-socket.ts";

/** The payload is 200 bytes as JSON. */
export const payload: { readonly text: string } = { text: "x".repeat(200 - '{"text":""}'.length) };

export const ID_DIGITS = 12;

/** One envelope's frame again and again, each with the next id. */
export class NumberedFrames {
  readonly #frame: Uint8Array;
  readonly #at: number;
  #next: number;

  /** One sender's ids have to differ, whomever it writes to. */
  constructor(fields: object, first = 0) {
    this.#next = first;
    const id = "0".repeat(ID_DIGITS);
    this.#frame = toFrame(JSON.stringify({ type: "envelope", envelope: { id, ...fields } }));
    this.#at = Buffer.from(this.#frame).indexOf(id);
  }

  take(count: number): Uint8Array {
    const size = this.#frame.length;
    const frames = new Uint8Array(size * count);
    for (let start = 0; start < frames.length; start += size) {
      frames.set(this.#frame, start);
      this.#write(frames, start + this.#at + ID_DIGITS - 1);
    }
    return frames;
  }

  #write(frames: Uint8Array, last: number): void {
    let rest = this.#next;
    this.#next += 1;
    for (let at = last; rest > 0; at -= 1) {
      frames[at] = 48 + (rest % 10);
      rest = Math.floor(rest / 10);
    }
  }
}

/** The first bytes of a delivered envelope; its id follows. */
const START = Buffer.from('["env",{"id":"');

/** The id of a delivered envelope that was numbered here; undefined for any other frame. */
export function tryEnvelopeId(frame: Uint8Array): string | undefined {
  if (!START.equals(frame.subarray(0, START.length))) return undefined;
  return Buffer.from(frame.subarray(START.length, START.length + ID_DIGITS)).toString("latin1");
}

export const isEnvelope = (frame: Uint8Array): boolean => frame[0] === START[0];
