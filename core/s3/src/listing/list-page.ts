import { compareKeys, keyAfterPrefix } from "./key-order.ts";

/**
 * One page of a bucket's keys: prefix, delimiter, where it goes on. A common prefix is left by one
 * seek, however many keys lie under it.
 */
export function listPage<T extends Keyed>(cursor: KeyCursor<T>, wanted: PageWanted): Page<T> {
  const { prefix, delimiter, maxKeys } = wanted;
  const objects: T[] = [];
  const commonPrefixes: string[] = [];
  let last: string | undefined;
  let next = maxKeys > 0 ? firstOf(cursor, wanted) : undefined;
  while (next?.key.startsWith(prefix)) {
    if (objects.length + commonPrefixes.length === maxKeys) {
      return { objects, commonPrefixes, isTruncated: true, last };
    }
    const common = commonPrefixOf(next.key, { prefix, delimiter });
    if (common === undefined) {
      objects.push(next);
      last = next.key;
      next = cursor.next();
    } else {
      commonPrefixes.push(common);
      last = common;
      next = seekPast(cursor, common);
    }
  }
  return { objects, commonPrefixes, isTruncated: false, last };
}

/** Walks keys in the order of compareKeys. */
export interface KeyCursor<T extends Keyed> {
  /** Goes to the first whose key is this or above. */
  seek(key: string): T | undefined;
  /** The one after that which was given last. */
  next(): T | undefined;
}

export interface Keyed {
  readonly key: string;
}

export interface PageWanted {
  readonly prefix: string;
  readonly delimiter: string | undefined;
  readonly maxKeys: number;
  /** Only what comes after it: a key, or a common prefix that a page ended with. */
  readonly after: string | undefined;
}

export interface Page<T> {
  readonly objects: readonly T[];
  readonly commonPrefixes: readonly string[];
  readonly isTruncated: boolean;
  /** The last key or common prefix: `after` of the next page. */
  readonly last: string | undefined;
}

function firstOf<T extends Keyed>(cursor: KeyCursor<T>, wanted: PageWanted): T | undefined {
  const { prefix, after } = wanted;
  if (after === undefined || compareKeys(after, prefix) < 0) return cursor.seek(prefix);
  if (commonPrefixOf(after, wanted) === after) return seekPast(cursor, after);
  const found = cursor.seek(after);
  return found?.key === after ? cursor.next() : found;
}

function seekPast<T extends Keyed>(cursor: KeyCursor<T>, prefix: string): T | undefined {
  const key = keyAfterPrefix(prefix);
  return key === undefined ? undefined : cursor.seek(key);
}

function commonPrefixOf(
  key: string,
  { prefix, delimiter }: Pick<PageWanted, "prefix" | "delimiter">,
): string | undefined {
  if (delimiter === undefined || delimiter === "" || !key.startsWith(prefix)) return undefined;
  const found = key.indexOf(delimiter, prefix.length);
  return found < 0 ? undefined : key.slice(0, found + delimiter.length);
}
