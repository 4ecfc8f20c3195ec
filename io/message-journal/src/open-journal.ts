import { dirname } from "node:path";
import type { KeeperLimits } from "@breakwater/message";
import { freeBytesIn, type OpenedSynced, openSynced } from "@breakwater/sqlite-file";
import { fileKeeper, type JournalKeeper } from "./file-keeper.ts";
import { openJournalFile, toJournalError } from "./journal-file.ts";

/** What an acknowledged message survives. */
export type JournalDurability =
  /** The process being killed. */
  | "commit"
  /** The power going off, too: the log is synced before anything is acknowledged. */
  | "sync";

export interface JournalOptions {
  /** Made if it is not there, with its folder. One process at a time has it. */
  readonly file: string;
  readonly limits: KeeperLimits;
  /** Milliseconds since 1970. */
  readonly epochMs: () => number;
  readonly durability: JournalDurability;
  /** Told what the disk fails with, once until it works again. */
  readonly onError: (error: unknown) => void;
}

/**
 * Opens or makes the journal: whatever was told to be kept is there after a crash, in its order.
 * What was delivered just before may come again. Throws MessageJournalError.
 */
export async function openJournal(options: JournalOptions): Promise<JournalKeeper> {
  const { file: path, durability } = options;
  const file = openJournalFile(path);
  let synced: OpenedSynced | undefined;
  try {
    if (durability === "sync") {
      synced = openSynced(path);
      await synced.start(file);
    }
    const freeBytes = () => freeBytesIn(dirname(path));
    const onClosed = () => synced?.close();
    return fileKeeper({ ...options, file, path, synced, freeBytes, onClosed });
  } catch (error) {
    file.close();
    synced?.close();
    throw toJournalError(error, path);
  }
}
