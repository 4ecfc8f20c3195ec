import { closeSync, constants, fdatasync, fsync, openSync, statfsSync } from "node:fs";
import { dirname } from "node:path";
import type { SqliteFile } from "./sqlite-file.ts";

/** Descriptors of a file and of its log, to sync them by. */
export interface Synced {
  readonly fileFd: number;
  readonly logFd: number;
}

export interface OpenedSynced extends Synced {
  /**
   * From here on the disk is waited for: what was made, and what an earlier process left unsynced,
   * is durable when it resolves.
   */
  start(file: SqliteFile): Promise<void>;
  /** Drops SQLite's lock on the file: not before that is closed. */
  close(): void;
}

export function openSynced(path: string): OpenedSynced {
  const [fileFd, logFd] = [openSync(path, "r"), openSync(`${path}-wal`, "r")];
  return {
    fileFd,
    logFd,
    async start(file) {
      // By itself it syncs no more than the log's new header after a checkpoint.
      file.run("PRAGMA synchronous = NORMAL");
      await syncData(fileFd);
      await syncData(logFd);
      await syncFolder(dirname(path));
    },
    close() {
      closeSync(fileFd);
      closeSync(logFd);
    },
  };
}

/** Waits for the disk in another thread, also for what others wrote to the same file. */
export function syncData(fd: number): Promise<void> {
  return new Promise((resolve, reject) => {
    fdatasync(fd, (error) => (error === null ? resolve() : reject(error)));
  });
}

/** Makes the names in a folder durable. */
export async function syncFolder(path: string): Promise<void> {
  const fd = openSync(path, constants.O_RDONLY);
  try {
    await new Promise<void>((resolve, reject) => {
      fsync(fd, (error) => (error === null ? resolve() : reject(error)));
    });
  } finally {
    closeSync(fd);
  }
}

/**
 * What the file system of a folder has left. One that does not say how large it is, or is gone, is
 * written to all the same. It takes 3 µs to ask.
 */
export function freeBytesIn(folder: string): number {
  try {
    const { blocks, bavail, bsize } = statfsSync(folder);
    return blocks === 0 ? Number.POSITIVE_INFINITY : bavail * bsize;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
