import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Commits } from "./commits.ts";
import { ContentFiles } from "./content-files.ts";
import { openIndex } from "./index-file.ts";
import { Reserve } from "./reserve.ts";

test("what changes nothing after a checkpoint brings about no other", async () => {
  const folder = mkdtempSync(join(tmpdir(), "bw-commits-"));
  const index = openIndex(join(folder, "index.db"));
  let checkpoints = 0;
  const commits: Commits = new Commits({
    index,
    files: new ContentFiles({ folder, durability: "none", newId: () => crypto.randomUUID() }),
    reserve: new Reserve(join(folder, "reserve")),
    freeBytes: () => Number.POSITIVE_INFINITY,
    synced: undefined,
    onCheckpoint: () => {
      checkpoints += 1;
      void commits.change(() => {}, { isAwaited: false, isFreeing: true });
    },
  });
  const insert = index.prepare<void, [no: number, data: Uint8Array]>(
    "INSERT INTO blobs VALUES (?, ?)",
  );
  const large = new Uint8Array(10_000_000);
  await commits.change(() => insert.run(1, large), { isAwaited: true, isFreeing: false });
  for (let turn = 0; turn < 20; turn += 1) await new Promise((done) => setImmediate(done));
  await commits.close();
  index.close();
  rmSync(folder, { recursive: true });
  expect(checkpoints).toBe(1);
});
