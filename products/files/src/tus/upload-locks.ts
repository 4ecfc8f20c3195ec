import { FilesError } from "../files-error.ts";

/** Whoever writes to an upload. */
export interface UploadLock extends Disposable {
  /** Called when somebody else asks where the upload is: stop reading, keep what came. */
  onInterrupt(interrupted: () => void): void;
}

interface Held {
  interrupt: () => void;
  isInterrupted: boolean;
  readonly released: PromiseWithResolvers<void>;
}

/**
 * One writer to an upload at a time, within this process. Instances that share a store have to send
 * the requests of one upload to the same instance, as balancers do by its path; two that write at
 * once would each count their own bytes.
 */
export class UploadLocks {
  readonly #held: Map<string, Held> = new Map<string, Held>();

  /** Throws FilesError "locked" if there is a writer. */
  lock(id: string): UploadLock {
    if (this.#held.has(id)) {
      const message = "Cannot write to the upload while another request does: ask HEAD for its end";
      throw new FilesError("locked", message);
    }
    const released = Promise.withResolvers<void>();
    const held: Held = { interrupt: () => {}, isInterrupted: false, released };
    this.#held.set(id, held);
    return {
      onInterrupt: (interrupted) => {
        held.interrupt = interrupted;
        if (held.isInterrupted) interrupted();
      },
      [Symbol.dispose]: () => {
        this.#held.delete(id);
        held.released.resolve();
      },
    };
  }

  /**
   * Ends the work of who writes, if somebody does, and waits until all that came is kept: who asks
   * where to go on has lost its connection, which the server may not know yet.
   */
  async interrupt(id: string): Promise<void> {
    const held = this.#held.get(id);
    if (held === undefined) return;
    held.isInterrupted = true;
    held.interrupt();
    await held.released.promise;
  }
}
