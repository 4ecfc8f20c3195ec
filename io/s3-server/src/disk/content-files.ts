import {
  closeSync,
  constants,
  fsyncSync,
  link,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  unlink,
  unlinkSync,
  writev,
  writevSync,
} from "node:fs";
import { copyFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { codeOf, syncData, syncFolder } from "@breakwater/sqlite-file";

/** "none": nothing is synced. "object": a file's bytes are. "strict": its name too. */
export type Durability = "none" | "object" | "strict";

export interface ContentFilesOptions {
  readonly folder: string;
  readonly durability: Durability;
  /** Lower-case letters, digits and dashes, ending in two hexadecimal digits, each only once. */
  readonly newId: () => string;
}

/**
 * The files under data/, one for each large content. A file's name is a random id, never anything
 * that a client sent, and its folder the last two digits of it. A file is whole before anything
 * refers to it; until then it is "fresh", and belongs to whoever writes it.
 */
export class ContentFiles {
  readonly #folder: string;
  readonly #durability: Durability;
  readonly #newId: () => string;
  /** Made when the first file comes into one, and never removed. */
  readonly #folders: Set<string>;
  readonly #fresh = new Set<string>();
  readonly #doomed: string[] = [];
  #removing = 0;
  #onceRemoved: (() => void)[] = [];

  constructor({ folder, durability, newId }: ContentFilesOptions) {
    this.#folder = join(folder, "data");
    this.#durability = durability;
    this.#newId = newId;
    mkdirSync(this.#folder, { recursive: true });
    this.#folders = new Set(readdirSync(this.#folder));
  }

  create(): { readonly id: string; readonly fd: number } {
    const id = this.#freshId();
    const { O_WRONLY, O_CREAT, O_EXCL } = constants;
    const fd = openSync(this.#pathOf(id), O_WRONLY | O_CREAT | O_EXCL, 0o600);
    return { id, fd };
  }

  open(id: string): number {
    return openSync(this.#pathOf(id), constants.O_RDONLY);
  }

  /** Small enough to be read at once: that takes less than asking another thread to. */
  readNow(id: string, range: { readonly first: number; readonly last: number }): Uint8Array {
    const fd = this.open(id);
    try {
      const bytes = new Uint8Array(range.last + 1 - range.first);
      const got = readSync(fd, bytes, 0, bytes.length, range.first);
      if (got < bytes.length) throw cutOff(id);
      return bytes;
    } finally {
      closeSync(fd);
    }
  }

  /** Makes what was written as durable as was asked for, and closes the file. */
  async seal({ id, fd }: { readonly id: string; readonly fd: number }): Promise<void> {
    try {
      if (this.#durability !== "none") await syncData(fd);
    } finally {
      closeSync(fd);
    }
    if (this.#durability === "strict") await this.#syncFolderOf(id);
  }

  /** The same bytes under another name; copied where the file system has no links left for it. */
  async duplicate(id: string): Promise<string> {
    const copy = this.#freshId();
    try {
      await this.#linkOrCopy(id, copy);
      if (this.#durability === "strict") await this.#syncFolderOf(copy);
    } catch (error) {
      this.discard(copy);
      throw error;
    }
    return copy;
  }

  isFresh(id: string): boolean {
    return this.#fresh.has(id);
  }

  /** Something refers to it now. */
  keep(id: string): void {
    this.#fresh.delete(id);
  }

  /** Forgets a fresh file. Harmless for one that is not. */
  discard(id: string): void {
    if (this.#fresh.delete(id)) this.remove([id]);
  }

  /** Nothing refers to them any more, for good: they are removed in the background. */
  remove(ids: readonly string[]): void {
    this.#doomed.push(...ids);
    while (this.#removing < MAX_REMOVING && this.#doomed.length > 0) {
      this.#removing += 1;
      this.#removeNext();
    }
  }

  /** Resolves when no more than so many wait to be removed. */
  async removed({ left }: { readonly left: number }): Promise<void> {
    while (this.#doomed.length + this.#removing > left) {
      await new Promise<void>((resolve) => this.#onceRemoved.push(resolve));
    }
  }

  /** Forgets all that is fresh: nobody is left to put it. */
  discardFresh(): void {
    for (const id of [...this.#fresh]) this.discard(id);
  }

  /**
   * After a crash: removes the files that nothing refers to, a folder at a time. How many.
   * `isOver` ends it early.
   */
  async sweep(isKept: (id: string) => boolean, isOver: () => boolean): Promise<number> {
    let count = 0;
    for (const name of [...this.#folders]) {
      if (isOver()) return count;
      const ids = await readdir(join(this.#folder, name));
      const orphans = ids.filter((id) => !this.#fresh.has(id) && !isKept(id));
      this.remove(orphans);
      await this.removed({ left: MAX_REMOVING });
      count += orphans.length;
    }
    return count;
  }

  #freshId(): string {
    const id = this.#newId();
    if (!ID.test(id)) throw new Error(`Cannot name a file ${JSON.stringify(id)}`);
    this.#makeFolder(folderOf(id));
    this.#fresh.add(id);
    return id;
  }

  #makeFolder(name: string): void {
    if (this.#folders.has(name)) return;
    mkdirSync(join(this.#folder, name));
    this.#folders.add(name);
    if (this.#durability !== "none") syncFolderNow(this.#folder);
  }

  #removeNext(): void {
    const id = this.#doomed.pop();
    if (id === undefined) {
      this.#removing -= 1;
      this.#wake();
      return;
    }
    // What cannot be removed now is an orphan, and swept up at a start.
    unlink(this.#pathOf(id), () => {
      this.#wake();
      this.#removeNext();
    });
  }

  #wake(): void {
    const waiting = this.#onceRemoved;
    this.#onceRemoved = [];
    for (const resolve of waiting) resolve();
  }

  async #linkOrCopy(id: string, copy: string): Promise<void> {
    const [from, to] = [this.#pathOf(id), this.#pathOf(copy)];
    const failed = await new Promise<Error | null>((resolve) => link(from, to, resolve));
    if (failed === null) return;
    if (!["EMLINK", "EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"].includes(codeOf(failed))) {
      throw failed;
    }
    await copyFile(from, to, constants.COPYFILE_EXCL);
    if (this.#durability === "none") return;
    const fd = openSync(to, constants.O_RDONLY);
    try {
      await syncData(fd);
    } finally {
      closeSync(fd);
    }
  }

  async #syncFolderOf(id: string): Promise<void> {
    await syncFolder(join(this.#folder, folderOf(id)));
  }

  #pathOf(id: string): string {
    return join(this.#folder, folderOf(id), id);
  }
}

function syncFolderNow(path: string): void {
  const fd = openSync(path, constants.O_RDONLY);
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** All of them, at the file's end, in another thread. */
export async function append(fd: number, pieces: readonly Uint8Array[]): Promise<void> {
  let left = pieces;
  while (left.length > 0) {
    const now = left.slice(0, MAX_PIECES);
    const written = await new Promise<number>((resolve, reject) => {
      writev(fd, now, (error, count) => (error === null ? resolve(count) : reject(error)));
    });
    left = after(left, written);
  }
}

/** All of them, at the file's end, at once. */
export function appendNow(fd: number, pieces: readonly Uint8Array[]): void {
  let left = pieces;
  while (left.length > 0) left = after(left, writevSync(fd, left.slice(0, MAX_PIECES)));
}

/** Removes a file that may be missing, at once. */
export function removeNow(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
  }
}

export function cutOff(id: string): Error {
  return new Error(`Cannot read the content ${id}: its file is shorter than it was written`);
}

/** At the same time, each in a thread of the pool, which writes and reads share. */
const MAX_REMOVING = 2;
/** In one call: the kernel takes 1,024. */
const MAX_PIECES = 512;

/** Of 256 folders, each of which is swept at a time. */
const ID = /^[0-9a-z-]{6,64}[0-9a-f]{2}$/;

const folderOf = (id: string): string => id.slice(-2);

/** What a write that took so many bytes left over. */
function after(pieces: readonly Uint8Array[], written: number): readonly Uint8Array[] {
  let [index, left] = [0, written];
  while (index < pieces.length && left >= pieces[index]!.length) {
    left -= pieces[index]!.length;
    index += 1;
  }
  if (left === 0) return pieces.slice(index);
  return [pieces[index]!.subarray(left), ...pieces.slice(index + 1)];
}
