import type { Clock } from "@breakwater/clock";
import type { CacheStore } from "@breakwater/service";

/** Which listing is meant, and how to make it. */
export interface Listing {
  /** What is listed: all keys that begin so. "" or with a slash at its end. */
  readonly prefix: string;
  /** Whose it is, and how it is asked for: page, size, kind. */
  readonly question: string;
  readonly load: () => Promise<Uint8Array>;
}

export interface KeptListing {
  /** As it is sent. */
  readonly body: Uint8Array;
  readonly untilMs: number;
}

/** Listings as they were sent, for a while: one asks the store for all who wait. */
export interface Lists {
  /** Rejects as `load` does. */
  find(listing: Listing): KeptListing | Promise<KeptListing>;
  /** No listing that may show that key is given again, nor kept if it is being loaded. */
  forget(key: string): void;
  forgetFolder(folder: string): void;
  clear(): void;
  readonly bytes: number;
}

export interface ListsOptions {
  readonly clock: Clock;
  readonly ttlMs: number;
  readonly maxBytes: number;
  /** Where other instances find them, too. */
  readonly shared?: CacheStore | undefined;
  readonly onSharedError: (error: unknown) => void;
}

export function lists(options: ListsOptions): Lists {
  return new KeptLists(options);
}

/** What a listing and a folder's end make invalid in a store that others share. */
export const listTag = (prefix: string): string => `l:${prefix}`;
export const folderTag = (folder: string): string => `f:${folder}`;

/** Of "a/b/c.txt": "", "a/", "a/b/"; of "a/b/" the same, and itself. */
export function foldersOf(key: string): readonly string[] {
  const folders = [""];
  for (let at = key.indexOf("/"); at !== -1; at = key.indexOf("/", at + 1)) {
    folders.push(key.slice(0, at + 1));
  }
  return folders;
}

/** What is kept of one prefix, by question. */
type Group = Map<string, KeptListing | Promise<KeptListing>>;

class KeptLists implements Lists {
  readonly #options: ListsOptions;
  /** The one that was made the longest ago first. */
  readonly #groups: Map<string, Group> = new Map();
  #bytes = 0;

  constructor(options: ListsOptions) {
    this.#options = options;
  }

  get bytes(): number {
    return this.#bytes;
  }

  find(listing: Listing): KeptListing | Promise<KeptListing> {
    const kept = this.#groups.get(listing.prefix)?.get(listing.question);
    if (kept instanceof Promise) return kept;
    if (kept !== undefined && kept.untilMs > this.#options.clock.nowMs()) return kept;
    return this.#fly(listing);
  }

  forget(key: string): void {
    for (const folder of foldersOf(key)) this.#dropGroup(folder);
  }

  forgetFolder(folder: string): void {
    this.forget(folder);
    for (const prefix of this.#groups.keys()) {
      if (prefix.startsWith(folder)) this.#dropGroup(prefix);
    }
  }

  clear(): void {
    this.#groups.clear();
    this.#bytes = 0;
  }

  #fly(listing: Listing): Promise<KeptListing> {
    const { prefix, question } = listing;
    const flight = this.#load(listing);
    this.#put(prefix, question, flight);
    const isCurrent = (): boolean => this.#groups.get(prefix)?.get(question) === flight;
    flight.then(
      (kept) => {
        if (!isCurrent()) return;
        this.#drop(prefix, question);
        if (this.#makeRoom(kept.body.length)) this.#put(prefix, question, kept);
      },
      () => {
        if (isCurrent()) this.#drop(prefix, question);
      },
    );
    return flight;
  }

  async #load({ prefix, question, load }: Listing): Promise<KeptListing> {
    const { shared, clock, ttlMs, onSharedError } = this.#options;
    if (shared === undefined) return { body: await load(), untilMs: clock.nowMs() + ttlMs };
    const key = `${prefix}\0${question}`;
    let asOf: number | undefined;
    try {
      const { found, ...looked } = await shared.get(key);
      asOf = looked.asOf;
      if (found !== undefined) {
        return { body: found.answer.body, untilMs: clock.nowMs() + ttlMs - found.ageMs };
      }
    } catch (error) {
      onSharedError(error);
    }
    const body = await load();
    const untilMs = clock.nowMs() + ttlMs;
    if (asOf !== undefined) {
      const tags = [listTag(prefix), ...foldersOf(prefix).map(folderTag)];
      const answer = { status: 200, fields: [], body, tags, freshMs: ttlMs };
      Promise.resolve(shared.set(key, answer, { asOf, keepMs: ttlMs })).catch(onSharedError);
    }
    return { body, untilMs };
  }

  #put(prefix: string, question: string, kept: KeptListing | Promise<KeptListing>): void {
    this.#drop(prefix, question);
    const group = this.#groups.get(prefix) ?? new Map();
    this.#groups.set(prefix, group.set(question, kept));
    this.#bytes += bytesOf(kept);
  }

  #drop(prefix: string, question: string): void {
    const group = this.#groups.get(prefix);
    const kept = group?.get(question);
    if (group === undefined || kept === undefined) return;
    this.#bytes -= bytesOf(kept);
    group.delete(question);
    if (group.size === 0) this.#groups.delete(prefix);
  }

  #dropGroup(prefix: string): void {
    const group = this.#groups.get(prefix);
    if (group === undefined) return;
    for (const kept of group.values()) this.#bytes -= bytesOf(kept);
    this.#groups.delete(prefix);
  }

  /** False: it would not fit if it were alone. */
  #makeRoom(bytes: number): boolean {
    const { maxBytes } = this.#options;
    if (bytes + OVERHEAD_BYTES > maxBytes) return false;
    for (const prefix of this.#groups.keys()) {
      if (this.#bytes + bytes + OVERHEAD_BYTES <= maxBytes) break;
      this.#dropGroup(prefix);
    }
    return true;
  }
}

/** What an entry takes beside its body. */
const OVERHEAD_BYTES = 500;

const bytesOf = (kept: KeptListing | Promise<KeptListing>): number =>
  kept instanceof Promise ? 0 : kept.body.length + OVERHEAD_BYTES;
