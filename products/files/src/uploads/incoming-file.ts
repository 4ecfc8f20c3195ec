import { FilesError } from "../files-error.ts";
import { ObjectWriter, type ObjectWriterOptions } from "./object-writer.ts";

export interface IncomingFileOptions extends ObjectWriterOptions {
  readonly fileName: string;
  readonly maxBytes: number;
}

/** A file of a form, and what became of it. */
export class IncomingFile {
  readonly fileName: string;
  readonly #maxBytes: number;
  readonly #writer: ObjectWriter;
  #failure: FilesError | undefined;
  #stored: Promise<void> | undefined;
  #isStored: boolean = false;

  constructor({ fileName, maxBytes, ...writing }: IncomingFileOptions) {
    this.fileName = fileName;
    this.#maxBytes = maxBytes;
    this.#writer = new ObjectWriter(writing);
  }

  get bytes(): number {
    return this.#writer.bytes;
  }

  get heldBytes(): number {
    return this.#writer.heldBytes;
  }

  get hasTarget(): boolean {
    return this.#writer.hasTarget;
  }

  /** Its store has refused some of it: store() says why. */
  get hasFailed(): boolean {
    return this.#writer.hasFailed;
  }

  get isStoring(): boolean {
    return this.#stored !== undefined;
  }

  /** It is, or it failed. */
  get isStored(): boolean {
    return this.#isStored;
  }

  /** Throws FilesError "too_large"; what else is wrong with it store() tells. */
  write(bytes: Uint8Array): boolean {
    if (this.#failure !== undefined) return true;
    if (this.bytes + bytes.length > this.#maxBytes) {
      const name = this.fileName.slice(0, 255);
      const message = `Cannot take "${name}": a file may have ${this.#maxBytes} bytes at most`;
      throw new FilesError("too_large", message);
    }
    try {
      return this.#writer.write(bytes);
    } catch (error) {
      if (!(error instanceof FilesError)) throw error;
      this.#failure = error;
      return true;
    }
  }

  /** Its bytes are all there: makes an object of them; asked again, it is the same work. */
  store(): Promise<void> {
    this.#stored ??= this.#finish();
    return this.#stored;
  }

  async #finish(): Promise<void> {
    try {
      if (this.#failure !== undefined) throw this.#failure;
      await this.#writer.finish();
    } finally {
      this.#isStored = true;
    }
  }

  /** Harmless for what has been stored. */
  async abort(): Promise<void> {
    if (this.#stored === undefined) await this.#writer.abort();
    else await this.#stored.catch(() => {});
  }
}
