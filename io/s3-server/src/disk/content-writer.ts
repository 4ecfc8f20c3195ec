import { closeSync } from "node:fs";
import { S3Error } from "@breakwater/s3";
import { BLOCK_BYTES, giveBlockBack, takeBlock } from "./blocks.ts";
import type { InFile, InMemory } from "./content.ts";
import { append, appendNow, type ContentFiles } from "./content-files.ts";
import type { ContentWriter } from "./disk.ts";
import { toDiskError } from "./failures.ts";

/** Where a content of so many bytes is written. */
export function openWriter(files: ContentFiles, bytes: number): ContentWriter {
  return bytes <= MAX_WHOLE_BYTES ? new WholeWriter(files, bytes) : new FileWriter(files, bytes);
}

/**
 * Contents up to this lie in the index: many share one sync, and ext4 takes 0.1 to 0.8 ms to make a
 * file (the more have been deleted lately, the longer), a row of 100 KiB with its share of the log
 * and the checkpoint 0.2 ms (one core).
 */
export const MAX_INDEXED_BYTES: number = 128 * 1024;
/** Up to this they are collected and written in one go: cheaper than another thread's help. */
const MAX_WHOLE_BYTES = 256 * 1024;
/** Beyond this the writer asks to wait. */
const MAX_PENDING_BYTES = 4 * BLOCK_BYTES;

/** Collects all of it; a file, if it becomes one, is made at the end. */
class WholeWriter implements ContentWriter {
  readonly #files: ContentFiles;
  readonly #bytes: number;
  #data: Uint8Array | undefined;
  #received = 0;
  #id: string | undefined;

  constructor(files: ContentFiles, bytes: number) {
    this.#files = files;
    this.#bytes = bytes;
  }

  write(piece: Uint8Array): boolean {
    const before = this.#received;
    this.#received += piece.length;
    if (this.#received > this.#bytes) return true;
    if (piece.length === this.#bytes) {
      this.#data = new Uint8Array(piece);
      return true;
    }
    this.#data ??= new Uint8Array(this.#bytes);
    this.#data.set(piece, before);
    return true;
  }

  onDrain(drained: () => void): void {
    queueMicrotask(drained);
  }

  async finish(): Promise<InMemory | InFile> {
    const bytes = this.#bytes;
    if (this.#received !== bytes) throw new S3Error("IncompleteBody");
    const data = this.#data ?? new Uint8Array(0);
    if (bytes <= MAX_INDEXED_BYTES) return { kind: "content", place: "memory", data, bytes };
    try {
      const file = this.#files.create();
      this.#id = file.id;
      writeOrClose(file.fd, [data]);
      await this.#files.seal(file);
      return { kind: "content", place: "file", id: file.id, bytes };
    } catch (error) {
      this.discard();
      throw toDiskError(error);
    } finally {
      this.#data = undefined;
    }
  }

  discard(): void {
    this.#data = undefined;
    if (this.#id !== undefined) this.#files.discard(this.#id);
  }
}

/** Hot path: bytes are gathered in blocks, and full ones go to the file, several in one call. */
class FileWriter implements ContentWriter {
  readonly #files: ContentFiles;
  readonly #bytes: number;
  #file: { readonly id: string; readonly fd: number } | undefined;
  /** Being filled, so far up to `filled`. */
  #block: Uint8Array | undefined;
  #filled = 0;
  #pending: Uint8Array[] = [];
  #received = 0;
  /** While another thread writes. */
  #writing: Promise<void> | undefined;
  #writingBlocks = 0;
  #failure: unknown;
  #isOpen: boolean = true;
  #isFinished: boolean = false;
  #drained: (() => void) | undefined;

  constructor(files: ContentFiles, bytes: number) {
    this.#files = files;
    this.#bytes = bytes;
  }

  write(piece: Uint8Array): boolean {
    this.#received += piece.length;
    if (!this.#isOpen || this.#failure !== undefined || this.#received > this.#bytes) return true;
    for (let from = 0; from < piece.length; ) {
      this.#block ??= takeBlock();
      const to = Math.min(piece.length, from + BLOCK_BYTES - this.#filled);
      this.#block.set(piece.subarray(from, to), this.#filled);
      this.#filled += to - from;
      from = to;
      if (this.#filled === BLOCK_BYTES) this.#endBlock();
    }
    if (this.#writing === undefined) this.#flush();
    return (this.#pending.length + this.#writingBlocks) * BLOCK_BYTES < MAX_PENDING_BYTES;
  }

  onDrain(drained: () => void): void {
    if (this.#writing === undefined) queueMicrotask(drained);
    else this.#drained = drained;
  }

  async finish(): Promise<InFile> {
    try {
      this.#endBlock();
      while (this.#writing !== undefined) await this.#writing;
      if (this.#failure !== undefined) throw this.#failure;
      if (!this.#isOpen || this.#received !== this.#bytes) throw new S3Error("IncompleteBody");
      this.#flush();
      await this.#writing;
      if (this.#failure !== undefined) throw this.#failure;
      const file = this.#file!;
      this.#isFinished = true;
      await this.#files.seal(file);
      return { kind: "content", place: "file", id: file.id, bytes: this.#bytes };
    } catch (error) {
      this.discard();
      throw toDiskError(error);
    }
  }

  discard(): void {
    this.#giveBack();
    const file = this.#file;
    if (file === undefined) {
      this.#isOpen = false;
      return;
    }
    this.#files.discard(file.id);
    if (this.#isOpen && !this.#isFinished && this.#writing === undefined) closeSync(file.fd);
    this.#isOpen = false;
  }

  #endBlock(): void {
    if (this.#block === undefined) return;
    this.#pending.push(this.#block.subarray(0, this.#filled));
    this.#block = undefined;
    this.#filled = 0;
  }

  #flush(): void {
    if (this.#pending.length === 0) return;
    try {
      this.#file ??= this.#files.create();
    } catch (error) {
      this.#fail(error);
      return;
    }
    const blocks = this.#pending;
    this.#pending = [];
    this.#writingBlocks = blocks.length;
    this.#writing = this.#append(this.#file.fd, blocks);
  }

  async #append(fd: number, blocks: readonly Uint8Array[]): Promise<void> {
    try {
      await append(fd, blocks);
    } catch (error) {
      this.#fail(error);
    }
    for (const block of blocks) giveBlockBack(block);
    this.#writing = undefined;
    this.#writingBlocks = 0;
    if (this.#isOpen) this.#flush();
    else closeSync(fd);
    const drained = this.#drained;
    this.#drained = undefined;
    drained?.();
  }

  #fail(error: unknown): void {
    this.#failure = error;
    this.#giveBack();
  }

  /** What waits is not written. */
  #giveBack(): void {
    this.#endBlock();
    for (const block of this.#pending) giveBlockBack(block);
    this.#pending = [];
  }
}

function writeOrClose(fd: number, pieces: readonly Uint8Array[]): void {
  try {
    appendNow(fd, pieces);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}
