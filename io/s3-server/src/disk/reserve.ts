import { writeFileSync } from "node:fs";
import { removeNow } from "./content-files.ts";

/**
 * A file that only takes room. Deleting writes to the index first, so on a disk that is full
 * nothing could be deleted: then this is given up, and taken again when there is room.
 */
export class Reserve {
  readonly #path: string;
  #isHeld: boolean = false;

  constructor(path: string) {
    this.#path = path;
  }

  /** Does without it when there is no room. */
  hold(): void {
    if (this.#isHeld) return;
    try {
      writeFileSync(this.#path, new Uint8Array(RESERVE_BYTES));
      this.#isHeld = true;
    } catch {
      removeNow(this.#path);
    }
  }

  release(): void {
    removeNow(this.#path);
    this.#isHeld = false;
  }
}

const RESERVE_BYTES = 2 ** 20;
