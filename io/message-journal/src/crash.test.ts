import { expect, test } from "bun:test";
import { existsSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { KeeperStage, testMessage } from "@breakwater/message/testing";
import fc from "fast-check";
import { JournalFolder, testLimits } from "./testing/journal-folder.ts";

/** What must be there of what was put for one recipient, at a moment. */
interface Sure {
  /** Told to be kept, and not settled. */
  readonly waiting: readonly string[];
  /** Settled before something was put that was told to be kept. */
  readonly gone: readonly string[];
}

async function expectKept(folder: JournalFolder, file: string, sure: Sure): Promise<void> {
  const journal = await folder.open({ file });
  const stage = new KeeperStage(journal);
  await stage.connect("bob");
  const ids = stage.arrivals.map(({ message }) => message.envelope.id);
  expect(ids).toEqual(ids.toSorted((a, b) => Number(a) - Number(b)));
  expect(sure.waiting.filter((id) => !ids.includes(id))).toEqual([]);
  expect(sure.gone.filter((id) => ids.includes(id))).toEqual([]);
  await journal.close();
}

/** A journal in which things happen, and what is sure of it. */
class Scene {
  readonly folder: JournalFolder;
  readonly stage: KeeperStage;
  #next = 0;
  readonly #waiting = new Set<string>();
  readonly #settled: string[] = [];
  #gone: readonly string[] = [];
  #told: { readonly sure: Sure; readonly logBytes: number } = { sure: nothing, logBytes: 0 };

  constructor(folder: JournalFolder, stage: KeeperStage) {
    this.folder = folder;
    this.stage = stage;
  }

  put(): void {
    this.#next += 1;
    const id = `${this.#next}`;
    const settled = [...this.#settled];
    this.stage.keeper.put(testMessage({ id }), () => {
      if (!this.#settled.includes(id)) this.#waiting.add(id);
      this.#gone = settled;
      const logBytes = statSync(`${this.folder.file}-wal`).size;
      this.#told = { sure: this.sure, logBytes };
    });
  }

  settle(which: number): void {
    const [arrival] = this.stage.arrivals.splice(which % (this.stage.arrivals.length + 1), 1);
    if (arrival === undefined) return;
    const { id } = arrival.message.envelope;
    this.#waiting.delete(id);
    this.#settled.push(id);
    this.stage.keeper.settle("bob", [arrival.message]);
  }

  get sure(): Sure {
    return { waiting: [...this.#waiting], gone: this.#gone };
  }

  async crash(more: number): Promise<void> {
    await expectKept(this.folder, this.folder.copy(), this.sure);
    const cut = this.cutCopy(more);
    await expectKept(this.folder, cut.file, cut.sure);
  }

  /** A copy with what its log had when something was told last, and as much of what came then. */
  cutCopy(more: number): { readonly file: string; readonly sure: Sure } {
    const file = this.folder.copy();
    const { sure, logBytes } = this.#told;
    const log = `${file}-wal`;
    if (existsSync(log)) truncateSync(log, Math.min(statSync(log).size, logBytes + more));
    const settledSince = (id: string) => this.#settled.includes(id);
    return { file, sure: { ...sure, waiting: sure.waiting.filter((id) => !settledSince(id)) } };
  }
}

const nothing: Sure = { waiting: [], gone: [] };

const steps = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant("put" as const), count: fc.integer({ min: 1, max: 20 }) }),
    fc.record({ kind: fc.constant("settle" as const), which: fc.nat(50) }),
    fc.record({ kind: fc.constant("turn" as const) }),
    fc.record({ kind: fc.constant("crash" as const), more: fc.nat(20_000) }),
  ),
  { minLength: 10, maxLength: 40 },
);

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

test("at any moment the files have what was acknowledged, even with their end cut off", async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (all) => {
      await using folder = new JournalFolder();
      const scene = new Scene(folder, await folder.stage());
      await scene.stage.connect("bob");
      for (const step of all) {
        if (step.kind === "put") for (let n = 0; n < step.count; n += 1) scene.put();
        else if (step.kind === "settle") scene.settle(step.which);
        else if (step.kind === "turn") await nextTurn();
        else await scene.crash(step.more);
      }
    }),
    { numRuns: 10 },
  );
});

/** Runs until it has said so much, which differs. Its last line may be cut. */
async function runAndKill(file: string, durability: string, first: number): Promise<string[]> {
  const program = join(import.meta.dir, "testing", "crash-program.ts");
  const command = [process.execPath, program, file, durability, `${first}`];
  await using child = Bun.spawn(command, { stdin: "ignore", stdout: "pipe", stderr: "inherit" });
  const killAfter = 3000 + Math.floor(Math.random() * 60_000);
  const decoder = new TextDecoder();
  let said = "";
  for await (const bytes of child.stdout) {
    said += decoder.decode(bytes);
    if (said.length > killAfter) child.kill("SIGKILL");
  }
  await child.exited;
  expect(child.signalCode).toBe("SIGKILL");
  return said.split("\n").slice(0, -1);
}

const rounds = ["commit", "sync", "commit", "sync"] as const;

test("killed again and again, a process finds all that it was told was kept", async () => {
  await using folder = new JournalFolder();
  const waiting = new Set<string>();
  for (const [round, durability] of rounds.entries()) {
    const lines = await runAndKill(folder.file, durability, (round + 1) * 1_000_000);
    const about = (word: string) =>
      lines.flatMap((line) => (line.startsWith(`${word} `) ? [line.slice(word.length + 1)] : []));
    expect(about("error")).toEqual([]);
    expect(about("kept").length).toBeGreaterThan(20);
    for (const id of about("kept")) waiting.add(id);
    for (const id of about("settling")) waiting.delete(id);
    const copy = folder.copy();
    await expectKept(folder, copy, { waiting: [...waiting], gone: [] });
    const after = await folder.open({ file: copy });
    const history = await after.history({ limit: testLimits.maxHistory, viewer: "all" });
    const places = history.map(({ message }) => message.envelope.id);
    const newest = [...about("kept"), ...about("published")].map(Number).sort((a, b) => a - b);
    expect(places).toEqual(expect.arrayContaining(newest.slice(-50).map(String)));
  }
});
