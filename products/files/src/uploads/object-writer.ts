import type { ObjectStore, PutOptions, Upload, UploadedPart } from "@breakwater/object-store";
import { PartFiller } from "./part-filler.ts";

export interface ObjectWriterOptions {
  readonly store: ObjectStore;
  /** More than that goes to the store in parts of that size, of which none waits for the last. */
  readonly partBytes: number;
  readonly partsInFlight: number;
  /** Where the first bytes go, if they fit. */
  readonly buffer: Uint8Array;
  /** Gives up what is on its way. */
  readonly signal: AbortSignal;
  /** Asked once, when the first byte goes to the store. write() or finish() throws what it does. */
  readonly target: () => ObjectTarget;
  /** After a write() that said false, or when it has failed. */
  readonly onRoom: () => void;
}

export interface ObjectTarget {
  readonly key: string;
  readonly options: PutOptions;
}

/**
 * An object's bytes on their way to the store, as they come and however many: one PUT if they fit
 * into a part, else a multipart upload. Nobody sees anything of it before finish() has resolved.
 */
export class ObjectWriter {
  readonly #options: ObjectWriterOptions;
  readonly #filler: PartFiller;
  #upload: Promise<Upload> | undefined;
  #parts: UploadedPart[] = [];

  constructor(options: ObjectWriterOptions) {
    const { partBytes, partsInFlight, buffer, onRoom } = options;
    const send = (index: number, bytes: Uint8Array): Promise<void> => this.#send(index, bytes);
    this.#options = options;
    this.#filler = new PartFiller({ partBytes, partsInFlight, buffer, filled: 0, send, onRoom });
  }

  /** So far. */
  get bytes(): number {
    return this.#filler.bytes;
  }

  /** Of those, what is not known to be in the store. */
  get heldBytes(): number {
    return this.#filler.heldBytes;
  }

  /** Some of it has gone to the store under its key. */
  get hasTarget(): boolean {
    return this.#upload !== undefined;
  }

  /** The store refused some of it: finish() says why, and the rest need not come. */
  get hasFailed(): boolean {
    return this.#filler.hasFailed;
  }

  /** Takes the bytes. False: wait for onRoom() before the next; a few more do no harm. */
  write(bytes: Uint8Array): boolean {
    return this.#filler.write(bytes);
  }

  /** All bytes are there. Rejects with ObjectStoreError, and has left nothing behind then. */
  async finish(): Promise<void> {
    const { store, target, signal } = this.#options;
    try {
      if (this.#upload === undefined) {
        const { key, options } = target();
        await store.put(key, this.#filler.rest, { ...options, signal });
        return;
      }
      this.#filler.send();
      await this.#filler.sent();
      await (await this.#upload).complete(this.#parts, { signal });
    } catch (error) {
      await this.abort();
      throw error;
    } finally {
      // Whoever keeps this to know how it went should not keep the bytes.
      this.#filler.clear();
    }
  }

  /** Forgets it. Never rejects: what the store does not forget, its lifecycle rules will. */
  async abort(): Promise<void> {
    try {
      const upload = await this.#upload;
      // A part that arrives after the upload was aborted would stay: S3's AbortMultipartUpload.
      await this.#filler.settled();
      await upload?.abort();
    } catch {
      // It did not begin, or the store is out of reach.
    }
  }

  /** Throws before it sends anything, if the target does. */
  #send(index: number, bytes: Uint8Array): Promise<void> {
    const { store, target, signal } = this.#options;
    if (this.#upload === undefined) {
      const { key, options } = target();
      this.#upload = store.startUpload(key, { ...options, signal });
    }
    const partNumber = index + 1;
    return this.#upload
      .then((upload) => upload.putPart(partNumber, bytes, { signal }))
      .then((part) => {
        this.#parts[index] = part;
      });
  }
}
