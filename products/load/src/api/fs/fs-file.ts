import { basename } from "node:path";
import type { VuContext } from "../../vu/vu-context.ts";
import { scriptPath } from "../open/open-file.ts";

/** Where FsFile.seek() counts from. */
export const SeekMode: Readonly<Record<"Start" | "Current" | "End", number>> = Object.freeze({
  Start: 0,
  Current: 1,
  End: 2,
});

/**
 * open() of k6/experimental/fs, at the script's top level alone. A relative path starts at the main
 * script's folder, whichever file calls. Rejects with an FsError.
 */
export async function openFsFile(vu: VuContext, path: unknown): Promise<FsFile> {
  if (!vu.activity.isLoading) {
    const advice = "open it at the script's top level";
    throw new FsError("ForbiddenError", `Cannot open ${String(path)} now: ${advice}`);
  }
  if (path === undefined || path === null || path === "") {
    throw new FsError("TypeError", "Cannot open a file without a name: give its path");
  }
  const file = scriptPath(vu.test.folder, String(path));
  return new FsFile(file, read(vu, file));
}

function read(vu: VuContext, file: string): Uint8Array {
  try {
    return vu.test.readFile(file);
  } catch (cause) {
    // k6's names; the file's own error says which of the two it is by its cause.
    const { message, cause: code } = cause as Error;
    const isFolder = (code as { code?: unknown } | undefined)?.code === "EISDIR";
    throw new FsError(isFolder ? "InvalidResourceError" : "NotFoundError", message, { cause });
  }
}

type FsErrorName = "NotFoundError" | "InvalidResourceError" | "ForbiddenError" | "TypeError";

/** As k6's it is told apart by its name. */
export class FsError extends Error {
  override readonly name: FsErrorName;

  constructor(name: FsErrorName, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = name;
  }
}

/** A file opened by one VU: the place in it is the VU's own, its bytes are everybody's. */
export class FsFile {
  /** Absolute. */
  readonly path: string;
  readonly #bytes: Uint8Array;
  #offset = 0;

  constructor(path: string, bytes: Uint8Array) {
    this.path = path;
    this.#bytes = bytes;
  }

  /** What is left of a file, for our own modules. */
  static rest(file: unknown): Uint8Array | undefined {
    if (!(file instanceof FsFile)) return undefined;
    return file.#offset === 0 ? file.#bytes : file.#bytes.subarray(file.#offset);
  }

  async stat(): Promise<{ readonly name: string; readonly size: number }> {
    return { name: basename(this.path), size: this.#bytes.length };
  }

  /** Fills `into` as far as the file goes: how many bytes that were, or null at its end. */
  async read(into: unknown): Promise<number | null> {
    if (!(into instanceof Uint8Array)) {
      throw new FsError("TypeError", `Cannot read into ${String(into)}: give a Uint8Array`);
    }
    if (this.#offset === this.#bytes.length) return null;
    const part = this.#bytes.subarray(this.#offset, this.#offset + into.length);
    into.set(part);
    this.#offset += part.length;
    return part.length;
  }

  /**
   * Gives the new place, in bytes from the file's start. From the end, 0 is the last byte: k6 has
   * it so.
   */
  async seek(offset: unknown, whence: unknown): Promise<number> {
    if (!Number.isInteger(offset)) throw cannotSeek(offset, "give a whole number of bytes");
    const place = this.#startOf(whence, offset as number) + (offset as number);
    const size = this.#bytes.length;
    if (place < 0 || place > size) throw cannotSeek(offset, `the file has ${size} bytes`);
    this.#offset = place;
    return place;
  }

  #startOf(whence: unknown, offset: number): number {
    switch (whence) {
      case SeekMode.Start:
        if (offset < 0) throw cannotSeek(offset, "from the start it goes forward only");
        return 0;
      case SeekMode.Current:
        return this.#offset;
      case SeekMode.End:
        if (offset > 0) throw cannotSeek(offset, "from the end it goes backward only");
        return this.#bytes.length - 1;
      default:
        throw cannotSeek(offset, `give a SeekMode, not ${String(whence)}`);
    }
  }
}

function cannotSeek(offset: unknown, why: string): FsError {
  return new FsError("TypeError", `Cannot seek ${String(offset)}: ${why}`);
}
