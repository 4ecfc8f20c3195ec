import { copyFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { KeeperLimits } from "@breakwater/message";
import { KeeperStage } from "@breakwater/message/testing";
import type { JournalKeeper } from "../file-keeper.ts";
import { type JournalOptions, openJournal } from "../open-journal.ts";

export const testLimits: KeeperLimits = {
  maxHistory: 100,
  maxHistoryBytes: 1_000_000,
  maxQueue: 10_000,
  maxQueueBytes: 100_000_000,
  maxTotalBytes: 100_000_000,
  maxMailboxes: 1000,
  queueTtlMs: 60_000,
  maxDeadLetters: 100,
  maxSeen: 1000,
  maxClaims: 100,
  claimTtlMs: 3_600_000,
};

/** A folder for journals, which goes with them. */
export class JournalFolder {
  readonly path: string = mkdtempSync(join(tmpdir(), "bw-journal-"));
  readonly errors: unknown[] = [];
  readonly #open: JournalKeeper[] = [];
  #copies: number = 0;

  get file(): string {
    return join(this.path, "sub", "messages.db");
  }

  async open(options: Partial<JournalOptions> = {}): Promise<JournalKeeper> {
    const journal = await openJournal({
      file: this.file,
      limits: testLimits,
      epochMs: () => 1_769_860_800_000,
      durability: "commit",
      onError: (error) => this.errors.push(error),
      ...options,
    });
    this.#open.push(journal);
    return journal;
  }

  async stage(options: Partial<JournalOptions> = {}): Promise<KeeperStage> {
    return new KeeperStage(await this.open(options));
  }

  /** What a process that is killed now leaves. Nothing is written but within a turn. */
  copy(file: string = this.file): string {
    this.#copies += 1;
    const copy = join(this.path, `copy-${this.#copies}.db`);
    copyFileSync(file, copy);
    if (existsSync(`${file}-wal`)) copyFileSync(`${file}-wal`, `${copy}-wal`);
    return copy;
  }

  /** All that are open. */
  async close(): Promise<void> {
    for (const journal of this.#open) await journal.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
    rmSync(this.path, { recursive: true });
  }
}
