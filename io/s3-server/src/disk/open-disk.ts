import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { freeBytesIn, openSynced, type SqliteFile } from "@breakwater/sqlite-file";
import { S3ServerError } from "../s3-server-error.ts";
import { Commits } from "./commits.ts";
import { ContentFiles, type Durability } from "./content-files.ts";
import type { Disk } from "./disk.ts";
import { isFull } from "./failures.ts";
import { FolderDisk } from "./folder-disk.ts";
import { openIndex, toFolderError } from "./index-file.ts";
import { Reserve } from "./reserve.ts";

export interface DiskOptions {
  /** Made if it is not there. One process at a time has it. */
  readonly folder: string;
  readonly durability: Durability;
  /** Unguessable, each only once: lower-case letters, digits and dashes, such as a random UUID. */
  readonly newId: () => string;
  /** How many files it removed that writes cut off by a crash had left, when it has looked. */
  readonly onSwept?: (removed: number) => void;
}

/**
 * A Disk in a folder: an index in SQLite, in which small contents lie too, and a file for each
 * large one. After kill -9 every object is there whole, in its old or its new version, and in the
 * new one if that was acknowledged. What the power going off leaves depends on the durability:
 *
 * - "none": nothing is synced. What was written in the last half minute or so may be lost, and if
 *   the file system does not keep the order of writes, the index damaged.
 * - "object": what was acknowledged as put is there, in file systems that keep a file's name when
 *   its bytes are synced, as ext4, XFS and Btrfs do. What was deleted may be back.
 * - "strict": the names of files are synced as well, and deletions are acknowledged when they are
 *   durable.
 *
 * A change can be seen when it is committed, which is a moment before it is durable and
 * acknowledged. Throws S3ServerError for a folder that cannot be used.
 */
export async function openDisk(options: DiskOptions): Promise<Disk> {
  const { folder } = options;
  checkFolder(folder);
  const index = openIndex(join(folder, INDEX));
  try {
    return await openWith(index, options);
  } catch (error) {
    index.close();
    throw toFolderError(error, folder);
  }
}

async function openWith(index: SqliteFile, options: DiskOptions): Promise<Disk> {
  const { folder, durability, newId, onSwept = () => {} } = options;
  const reserve = new Reserve(join(folder, "reserve"));
  reserve.release();
  const wasOpen = index.number("SELECT count(*) FROM state") > 0;
  if (!wasOpen) index.run("INSERT INTO state VALUES (1)");
  const files = new ContentFiles({ folder, durability, newId });
  reserve.hold();
  const synced = durability === "none" ? undefined : openSynced(join(folder, INDEX));
  await synced?.start(index);
  const onClose = () => {
    closeIndex(index);
    synced?.close();
  };
  const onCheckpoint = () => disk.tidy();
  const freeBytes = () => freeBytesIn(folder);
  const commits = new Commits({ index, files, reserve, freeBytes, synced, onCheckpoint });
  const disk = new FolderDisk({ index, files, commits, durability, newId, onClose });
  if (wasOpen) disk.sweep(onSwept);
  disk.tidy();
  return disk;
}

const INDEX = "index.db";

/** Before anything is made in it. */
function checkFolder(folder: string): void {
  let names: readonly string[];
  try {
    mkdirSync(folder, { recursive: true });
    names = readdirSync(folder);
  } catch (error) {
    throw toFolderError(error, folder);
  }
  const others = names.filter((name) => name !== "lost+found");
  if (others.length === 0 || names.includes(INDEX)) return;
  throw new S3ServerError(
    "foreign_folder",
    `Cannot open the store ${folder}: it holds other things, such as ${others[0]}; ` +
      "name an empty folder, or one that a store was started in",
  );
}

/** On a full disk it stays marked as open, which costs a look for leftovers at the next start. */
function closeIndex(index: SqliteFile): void {
  try {
    index.run("DELETE FROM state");
  } catch (error) {
    if (!isFull(error)) throw error;
  }
  index.close();
}
