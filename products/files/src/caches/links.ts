import type { Clock } from "@breakwater/clock";
import type { ObjectStore } from "@breakwater/object-store";
import type { FileSpace } from "../file-space.ts";

/** A download link of a file, as JSON that is ready to be sent. */
export interface Link {
  /** `{"path":…,"fileName":…,"url":…,"success":true}`, as batches have it; ASCII alone. */
  readonly item: string;
  /** Where `"fileName":…,"url":…` is in it. */
  readonly start: number;
  readonly end: number;
  readonly untilMs: number;
}

/** `"fileName":…,"url":…`. */
export const linkFields = ({ item, start, end }: Link): string => item.slice(start, end);

export const urlOf = (link: Link): string => urlIn(linkFields(link));

/** Of `"fileName":…,"url":…`. */
export const urlIn = (fields: string): string =>
  (JSON.parse(`{${fields}}`) as { readonly url: string }).url;

/** Download links, computed once in a while: each is handed out with half of its life left. */
export interface Links {
  /** If it is kept. Hot path: 50 times in a batch. */
  find(space: FileSpace, path: string, nowMs: number): Link | undefined;
  /** Undefined: there is no such file. Throws FilesError and ObjectStoreError. */
  make(space: FileSpace, path: string): Promise<Link | undefined>;
  /** Of a file that is known to exist. */
  ofExisting(space: FileSpace, path: string, nowMs: number): Link;
  /** Of one that existed when `version` was read: kept if nothing was forgotten since. */
  ofListed(space: FileSpace, path: string, asOf: AsOf): Link;
  /** What is kept of that key is not shown any more. */
  forget(key: string): void;
  forgetFolder(prefix: string): void;
  clear(): void;
  readonly entries: number;
  /** Another one each time that something is forgotten. */
  readonly version: number;
}

export interface AsOf {
  readonly nowMs: number;
  readonly version: number;
}

export interface LinksOptions {
  readonly clock: Clock;
  /** What signs URLs: as the store, but under the name by which clients reach it. */
  readonly presign: ObjectStore["presign"];
  /** How long a link is good. */
  readonly lifeMs: number;
  /** A listing with links in it may be given again for so long. */
  readonly listTtlMs: number;
  readonly maxEntries: number;
  /** False: a link is made whether or not there is such a file, as the original did. */
  readonly checksExistence: boolean;
}

export function links(options: LinksOptions): Links {
  return new KeptLinks(options);
}

/**
 * Two generations: what is asked for moves to the young one, and when that is half of all, it
 * becomes the old one, whose entries go. So a hit costs one lookup, or two and an insertion.
 */
class KeptLinks implements Links {
  readonly #options: LinksOptions;
  readonly #keepMs: number;
  #young = new Map<string, Link>();
  #old = new Map<string, Link>();
  #version = 0;
  /** One HEAD for all who wait for it. What is forgotten meanwhile is not here any more. */
  readonly #flights = new Map<string, Promise<Link | undefined>>();

  constructor(options: LinksOptions) {
    const { lifeMs, listTtlMs } = options;
    this.#options = options;
    this.#keepMs = lifeMs / 2 - listTtlMs - SIGNED_IN_SECONDS_MS;
  }

  get version(): number {
    return this.#version;
  }

  get entries(): number {
    return this.#young.size + this.#old.size;
  }

  find(space: FileSpace, path: string, nowMs: number): Link | undefined {
    return this.#lookUp(nameOf(space.prefix, path), nowMs);
  }

  make(space: FileSpace, path: string): Promise<Link | undefined> {
    const key = space.keyOf(path);
    const name = nameOf(space.prefix, path);
    const { checksExistence, clock } = this.#options;
    if (!checksExistence) return Promise.resolve(this.ofExisting(space, path, clock.nowMs()));
    const underWay = this.#flights.get(name);
    if (underWay !== undefined) return underWay;
    const flight = this.#load(space, { key, path, name, isCurrent: () => isCurrent() });
    const isCurrent = (): boolean => this.#flights.get(name) === flight;
    this.#flights.set(name, flight);
    const land = (): void => {
      if (isCurrent()) this.#flights.delete(name);
    };
    flight.then(land, land);
    return flight;
  }

  ofExisting(space: FileSpace, path: string, nowMs: number): Link {
    return this.ofListed(space, path, { nowMs, version: this.#version });
  }

  ofListed(space: FileSpace, path: string, { nowMs, version }: AsOf): Link {
    const name = nameOf(space.prefix, path);
    const kept = this.#lookUp(name, nowMs);
    if (kept !== undefined) return kept;
    const link = this.#sign(space.keyOf(path), path);
    return version === this.#version ? this.#keep(name, link) : link;
  }

  forget(key: string): void {
    this.#version += 1;
    for (const name of namesOf(key)) {
      this.#young.delete(name);
      this.#old.delete(name);
      this.#flights.delete(name);
    }
  }

  forgetFolder(prefix: string): void {
    this.#version += 1;
    const starts = namesOf(prefix);
    for (const map of [this.#young, this.#old, this.#flights]) {
      for (const name of map.keys()) {
        if (starts.some((start) => name.startsWith(start))) map.delete(name);
      }
    }
  }

  clear(): void {
    this.#version += 1;
    for (const map of [this.#young, this.#old, this.#flights]) map.clear();
  }

  #lookUp(name: string, nowMs: number): Link | undefined {
    const young = this.#young.get(name);
    if (young !== undefined) return young.untilMs > nowMs ? young : undefined;
    const old = this.#old.get(name);
    if (old === undefined || old.untilMs <= nowMs) return undefined;
    this.#old.delete(name);
    return this.#keep(name, old);
  }

  async #load({ store }: FileSpace, wanted: Wanted): Promise<Link | undefined> {
    const { key, path, name, isCurrent } = wanted;
    if ((await store.head(key)) === undefined) return undefined;
    const link = this.#sign(key, path);
    return isCurrent() ? this.#keep(name, link) : link;
  }

  #sign(key: string, path: string): Link {
    const { presign, lifeMs, clock } = this.#options;
    const untilMs = clock.nowMs() + this.#keepMs;
    const url = presign(key, { method: "GET", expiresS: Math.floor(lifeMs / 1000) });
    const head = `{"path":${asciiJson(path)},`;
    const fields = `"fileName":${asciiJson(nameIn(path))},"url":${asciiJson(url)}`;
    const item = flat(`${head}${fields},"success":true}`);
    return { item, start: head.length, end: head.length + fields.length, untilMs };
  }

  #keep(name: string, link: Link): Link {
    if (this.#young.size * 2 >= this.#options.maxEntries) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(name, link);
    return link;
  }
}

interface Wanted {
  readonly key: string;
  readonly path: string;
  readonly name: string;
  readonly isCurrent: () => boolean;
}

/** A URL says when it was signed in whole seconds. */
const SIGNED_IN_SECONDS_MS = 1000;

/** The part behind the last slash. */
export const nameIn = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

/**
 * What a file is kept as: the same file has one path in a tenant's space and another one in that
 * of all. NUL is in no path.
 */
function nameOf(prefix: string, path: string): string {
  return prefix === "" ? path : `${prefix}\0${path}`;
}

/** In all spaces that it can be in: the whole, and that of the tenant whose prefix it has. */
function namesOf(key: string): readonly string[] {
  const end = key.indexOf("/") + 1;
  return end === 0 ? [key] : [key, nameOf(key.slice(0, end), key.slice(end))];
}

/** What is beyond ASCII as \uXXXX, so that each character is a byte when it is sent. */
function asciiJson(text: string): string {
  return JSON.stringify(text).replaceAll(/[^ -~]/g, (unit) => {
    return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

/** One piece of memory: the engine keeps a sum of texts as a tree until somebody reads it. */
function flat(text: string): string {
  text.charCodeAt(text.length - 1);
  return text;
}
