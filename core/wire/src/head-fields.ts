import { ascii } from "./ascii.ts";
import { type Field, findField, parseFields } from "./field.ts";

/** A caller that asks for ever new names must not fill the memory. */
const MAX_FOUND = 32;

/** The fields of a head that HeadScanner has accepted, read when asked, and then kept. */
export class HeadFields {
  readonly #bytes: Uint8Array;
  readonly #from: number;
  #all: readonly Field[] | undefined;
  /** What find() has found: equal heads share this object, and are asked the same. */
  #found: Map<string, string | undefined> | undefined;

  /** `bytes`: the whole head, from its first line to the blank one. */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#from = bytes.indexOf(ascii.lf) + 1;
  }

  all(): readonly Field[] {
    this.#all ??= parseFields(this.#bytes, this.#from);
    return this.#all;
  }

  /** The values of that name joined by ", ", without parsing the other fields. */
  find(lowerCaseName: string): string | undefined {
    this.#found ??= new Map();
    if (this.#found.has(lowerCaseName)) return this.#found.get(lowerCaseName);
    const value = findField(this.#bytes, this.#from, lowerCaseName);
    if (this.#found.size < MAX_FOUND) this.#found.set(lowerCaseName, value);
    return value;
  }
}
