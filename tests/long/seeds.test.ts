import { afterAll, describe, expect, test } from "bun:test";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startStandIn } from "../k6-compat/stand-in/stand-in.ts";

/**
 * The k6 scripts of the seeds as their notes describe them, over a server that answers as theirs
 * do: only their stages are shorter.
 */
const folder = join(import.meta.dir, "../k6-compat/seeds");
const main = join(import.meta.dir, "../../products/cli/src/main.ts");
const standIn = startStandIn();

/** A script that hangs must not outlive the test. */
const MAX_RUN_MS = 25_000;

const SUMMARY = "summary-export.json";

afterAll(async () => {
  await standIn[Symbol.asyncDispose]();
});

describe("a seed's script runs to the end with every check passed", () => {
  test.each([
    ["ping.js", 3, ["ping_results.json"]],
    ["upload.js", 4, ["upload_results.json"]],
    ["batch.js", 7, []],
    ["breaking-point.js", 3, ["breaking_point_results.json"]],
    ["load.js", 4, ["summary.json"]],
  ] as const)("%s: %d checks", async (name, count, files) => {
    const run = await runSeed(name);
    const checks = checksIn(run.summary.root_group);
    expect({ code: run.exitCode, files: Object.keys(run.files), errors: run.errors }).toEqual({
      code: 0,
      files: [...files],
      errors: [],
    });
    expect(checks.length).toBe(count);
    expect(checks.filter(({ passes, fails }) => passes === 0 || fails > 0)).toEqual([]);
  });
});

test("handleSummary writes what k6 would hand it", async () => {
  const { files, stdout } = await runSeed("ping.js");
  const data = JSON.parse(files["ping_results.json"] ?? "") as SummaryData;
  expect(Object.keys(data)).toEqual(
    expect.arrayContaining(["root_group", "options", "state", "metrics"]),
  );
  expect(data.root_group).toMatchObject({ name: "", path: "", groups: [] });
  expect(data.root_group.checks.map(({ name, fails }) => [name, fails])).toEqual([
    ["status is 200", 0],
    ["response has message", 0],
    ["response time < 200ms", 0],
  ]);
  const { http_reqs, http_req_duration, errors, vus_max, request_latency } = data.metrics;
  expect(http_reqs).toMatchObject({ type: "counter", contains: "default" });
  const stats = ["avg", "max", "med", "min", "p(90)", "p(95)"];
  expect(Object.keys(http_req_duration?.values ?? {}).sort()).toEqual(stats);
  expect(http_req_duration).toMatchObject({
    type: "trend",
    contains: "time",
    thresholds: { "p(95)<500": { ok: true }, "p(99)<1000": { ok: true } },
  });
  expect(errors).toMatchObject({ type: "rate", values: { rate: 0, passes: 0 } });
  expect(vus_max).toMatchObject({ type: "gauge", values: { max: 10 } });
  expect(request_latency).toMatchObject({ type: "trend", contains: "time" });
  expect(stdout).toContain("✓ status is 200");
});

test("a summary of the script's own replaces ours, and has the p(99) it asked for", async () => {
  const { files, stdout } = await runSeed("load.js");
  const { total, p99, passed } = JSON.parse(files["summary.json"] ?? "") as LoadSummary;
  expect(total).toBeGreaterThan(20);
  expect(passed).toBe(true);
  expect(stdout).toBe(`p99 ${p99}\n`);
});

test("a service that fails fails the thresholds: exit 99, with the results written", async () => {
  const { exitCode, files } = await runSeed("breaking-point.js", {
    ENDPOINT: "status/503",
  });
  expect(exitCode).toBe(99);
  const { metrics } = JSON.parse(files["breaking_point_results.json"] ?? "") as SummaryData;
  expect(metrics.http_req_failed?.thresholds).toEqual({ "rate<0.20": { ok: false } });
  expect(metrics.errors?.values).toMatchObject({ rate: 1, fails: 0 });
});

/** Runs it in a folder of its own, where it writes its results. */
async function runSeed(name: string, env: Readonly<Record<string, string>> = {}): Promise<Run> {
  const cwd = await mkdtemp(join(tmpdir(), "k6-seed-"));
  try {
    const args = ["run", "--quiet", "--no-color", "--log-format", "json"];
    const command = [process.execPath, main, ...args, "--summary-export", SUMMARY];
    const child = Bun.spawn([...command, join(folder, name)], {
      cwd,
      env: { ...process.env, BASE_URL: standIn.http, ...env },
      stdout: "pipe",
      stderr: "pipe",
      timeout: MAX_RUN_MS,
      killSignal: "SIGKILL",
    });
    const [stdout, log] = await Promise.all([child.stdout.text(), child.stderr.text()]);
    const exitCode = await child.exited;
    const written = (await readdir(cwd)).map(async (file) => {
      return [file, await Bun.file(join(cwd, file)).text()] as const;
    });
    const { [SUMMARY]: summary = "", ...files } = Object.fromEntries(await Promise.all(written));
    const errors = log.split("\n").filter((line) => line.includes('"level":"error"'));
    return { exitCode, stdout, errors, summary: JSON.parse(summary), files };
  } finally {
    await rm(cwd, { recursive: true });
  }
}

function checksIn({ checks, groups }: ExportedGroup): readonly Check[] {
  return [...Object.values(checks), ...Object.values(groups).flatMap(checksIn)];
}

interface Metric {
  readonly type: string;
  readonly contains: string;
  readonly values: Readonly<Record<string, number>>;
  readonly thresholds?: Readonly<Record<string, { readonly ok: boolean }>>;
}

interface Check {
  readonly name: string;
  readonly passes: number;
  readonly fails: number;
}

interface SummaryData {
  readonly root_group: { readonly checks: readonly Check[] };
  readonly metrics: Readonly<Record<string, Metric | undefined>>;
}

interface LoadSummary {
  readonly total: number;
  readonly p99: string;
  readonly passed: boolean;
}

/** What --summary-export writes: checks by name, those of setup in a group. */
interface ExportedGroup {
  readonly checks: Readonly<Record<string, Check>>;
  readonly groups: Readonly<Record<string, ExportedGroup>>;
}

interface Run {
  readonly exitCode: number;
  readonly stdout: string;
  /** Lines that it logged as errors. */
  readonly errors: readonly string[];
  readonly summary: { readonly root_group: ExportedGroup };
  readonly files: Readonly<Record<string, string | undefined>>;
}
