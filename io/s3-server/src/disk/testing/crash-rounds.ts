import { expect } from "bun:test";
import { join } from "node:path";
import { read } from "../../testing/disk-calls.ts";
import type { Durability } from "../content-files.ts";
import type { Disk } from "../disk.ts";
import { openDisk } from "../open-disk.ts";
import { contentFiles, until } from "./content-folder.ts";
import { type Change, contentFor, crashBucket, crashKeys } from "./crash-model.ts";

export interface CrashOptions {
  readonly folder: string;
  readonly durability: Durability;
  /** How often a process that changes objects is killed. */
  readonly rounds: number;
}

/** What may be there of a key: what was acknowledged, or what was asked for after it. */
type Possible = Map<
  string,
  { readonly sure: Change | undefined; readonly begun: Change | undefined }
>;

/**
 * Kills a process that puts, replaces, copies and deletes objects, again and again. Each time,
 * every key has what was acknowledged last, or whole what was asked for after it; at the end no
 * file is left that nothing refers to. How many changes were acknowledged.
 */
export async function crashRounds(options: CrashOptions): Promise<number> {
  const { folder, rounds } = options;
  const possible: Possible = new Map();
  let acknowledged = 0;
  for (let round = 0; round < rounds; round += 1) {
    acknowledged += await crash(options, { first: round * 6_000_000 }, possible);
    const swept = Promise.withResolvers<number>();
    await using disk = await reopen(options, swept.resolve);
    await check(disk, possible);
    await swept.promise;
    expect(contentFiles(folder).length).toBeLessThan(500);
  }
  await using disk = await reopen(options, () => {});
  for (const { key, uploadId } of [...disk.uploads(crashBucket)]) {
    await disk.abortUpload({ bucket: crashBucket, key }, uploadId);
  }
  await disk.deleteObjects(crashBucket, keysWithSources);
  await until(() => contentFiles(folder).length === 0);
  return acknowledged;
}

const keysWithSources = crashKeys.flatMap((key) => [key, `${key}-source`]);

function reopen(
  { folder, durability }: CrashOptions,
  onSwept: (removed: number) => void,
): Promise<Disk> {
  return openDisk({ folder, durability, newId: () => crypto.randomUUID(), onSwept });
}

/** Runs until it has said so many lines, which differs, and learns what may be there then. */
async function crash(
  { folder, durability }: CrashOptions,
  { first }: { readonly first: number },
  possible: Possible,
): Promise<number> {
  const program = join(import.meta.dir, "crash-program.ts");
  const command = [process.execPath, program, folder, durability, String(first)];
  await using child = Bun.spawn(command, { stdin: "ignore", stdout: "pipe", stderr: "inherit" });
  const killAfterBytes = 2000 + Math.floor(Math.random() * 12_000);
  const decoder = new TextDecoder();
  let said = "";
  for await (const bytes of child.stdout) {
    said += decoder.decode(bytes);
    if (said.length > killAfterBytes) child.kill("SIGKILL");
  }
  await child.exited;
  expect(child.signalCode).toBe("SIGKILL");
  return learn(said, possible);
}

function learn(said: string, possible: Possible): number {
  let acknowledged = 0;
  for (const line of said.split("\n").slice(1, -1)) {
    const [word] = line.split(" ", 1);
    const change = JSON.parse(line.slice(word!.length)) as Change;
    const sure = possible.get(change.key)?.sure;
    if (word === "begin") possible.set(change.key, { sure, begun: change });
    else possible.set(change.key, { sure: change, begun: undefined });
    if (word === "done") acknowledged += 1;
  }
  return acknowledged;
}

async function check(disk: Disk, possible: Possible): Promise<void> {
  for (const [key, { sure, begun }] of possible) {
    const found = await hashIn(disk, key);
    const allowed = [hashAfter(sure), ...(begun === undefined ? [] : [hashAfter(begun)])];
    expect(allowed, JSON.stringify({ key, sure, begun })).toContain(found);
    // From now on that is what there was before the next round.
    const isNew = begun !== undefined && found === hashAfter(begun);
    possible.set(key, { sure: isNew ? begun : sure, begun: undefined });
  }
}

async function hashIn(disk: Disk, key: string): Promise<string> {
  const place = { bucket: crashBucket, key };
  if (disk.object(place) === undefined) return "none";
  return Bun.hash(await read(disk, place)).toString();
}

function hashAfter(change: Change | undefined): string {
  if (change === undefined || change.kind === "delete") return "none";
  return Bun.hash(contentFor(change)).toString();
}
