import type { CacheStore } from "@breakwater/service";
import type { Links } from "./links.ts";
import { foldersOf, folderTag, type Lists, listTag } from "./lists.ts";

/** What is kept of files that have changed, here and in other instances. */
export interface Forgetting {
  /** Neither rejects: what cannot be told others has gone after its time. */
  forget(key: string): Promise<void>;
  forgetFolder(folder: string): Promise<void>;
}

export interface ForgettingOptions {
  readonly links: Links;
  readonly lists: Lists;
  readonly others?: OtherInstances | undefined;
}

/** What is told of changes to other instances of the service. */
export interface OtherInstances {
  /** Listings that all share. */
  readonly cache: CacheStore;
  /** To all instances, this one as well; rejects if it cannot. */
  publish(message: string): Promise<void>;
  readonly onError: (error: unknown) => void;
}

export function forgetting({ links, lists, others }: ForgettingOptions): Forgetting {
  const tell = async (message: string, tags: readonly string[]): Promise<void> => {
    if (others === undefined) return;
    const { cache, publish, onError } = others;
    try {
      // Nobody may fill its own memory from there again, so that goes first.
      await Promise.all(tags.map((tag) => cache.invalidate(tag)));
      await publish(message);
    } catch (error) {
      onError(error);
    }
  };
  return {
    forget: (key) => {
      links.forget(key);
      lists.forget(key);
      return tell(KEY + key, foldersOf(key).map(listTag));
    },
    forgetFolder: (folder) => {
      links.forgetFolder(folder);
      lists.forgetFolder(folder);
      return tell(FOLDER + folder, [folderTag(folder), ...foldersOf(folder).map(listTag)]);
    },
  };
}

const KEY = "k";
const FOLDER = "f";

/** What another instance has told. */
export function heard(message: string, { links, lists }: Omit<ForgettingOptions, "others">): void {
  const name = message.slice(1);
  if (message.startsWith(KEY)) {
    links.forget(name);
    lists.forget(name);
  } else if (message.startsWith(FOLDER)) {
    links.forgetFolder(name);
    lists.forgetFolder(name);
  }
}
