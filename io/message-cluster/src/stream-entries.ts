import { type Envelope, type Message, restoreMessage } from "@breakwater/message";

/** A message with its place in Redis: what a listener is told, and settles. */
export class KeptMessage implements Message {
  readonly envelope: Envelope;
  readonly json: string;
  readonly bytes: number;
  readonly acceptedAtMs: number;
  readonly #seq: number;

  constructor({ envelope, json, bytes, acceptedAtMs }: Message, seq: number) {
    this.envelope = envelope;
    this.json = json;
    this.bytes = bytes;
    this.acceptedAtMs = acceptedAtMs;
    this.#seq = seq;
  }

  get seq(): number {
    return this.#seq;
  }
}

/** An entry of a stream in Redis. */
export interface StreamEntry {
  readonly seq: number;
  field(name: string): string;
}

export function toEntries(answer: unknown): readonly StreamEntry[] {
  return (answer as readonly [string, readonly string[]][]).map(([place, list]) => ({
    seq: Number.parseInt(place, 10),
    field: (name) => {
      // Names and values in turn; a value may be a name.
      for (let at = 0; at < list.length; at += 2) if (list[at] === name) return list[at + 1]!;
      return "";
    },
  }));
}

/** Undefined: it is no message of ours. */
export function tryKept(json: string, place: Place): KeptMessage | undefined {
  const message = restoreMessage(json, place.acceptedAtMs);
  return message && new KeptMessage(message, place.seq);
}

interface Place {
  readonly seq: number;
  readonly acceptedAtMs: number;
}
