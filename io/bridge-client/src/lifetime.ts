import { BridgeClientError } from "./bridge-client-error.ts";
import { Listeners } from "./listeners.ts";

/** Until something ends, once; and by what. */
export class Lifetime {
  readonly #listeners = new Listeners<[]>();
  #isOver: boolean = false;
  #endedBy: BridgeClientError | undefined;

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Undefined: by its owner. */
  get endedBy(): BridgeClientError | undefined {
    return this.#endedBy;
  }

  /** For whoever wants something of it afterwards. */
  error(): BridgeClientError {
    return this.#endedBy ?? new BridgeClientError("closed", "The client of the bridge is closed");
  }

  /** Gives what takes the listener back. */
  onEnd(listener: () => void): () => void {
    return this.#listeners.add(listener);
  }

  end(error: BridgeClientError | undefined): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#endedBy = error;
    this.#listeners.tell();
    this.#listeners.clear();
  }
}
