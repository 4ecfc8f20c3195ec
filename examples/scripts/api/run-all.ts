import { mkdirSync } from "node:fs";
import { join } from "node:path";

/**
 * `npm run api:load`: starts the sample service, runs all its load tests one after the other and
 * prints what came of them. About 40 minutes; TIME=0.05 USERS=0.1 makes it short and small.
 */
const root = join(import.meta.dir, "../../..");
const results = join(root, "results");
const scripts = ["smoke", "quick-load", "load-by-endpoint", "load", "spike", "stress", "overload"];

interface Outcome {
  readonly script: string;
  readonly exitCode: number;
  readonly metrics: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

async function runAll(): Promise<number> {
  const service = await startService();
  const outcomes: Outcome[] = [];
  try {
    for (const script of scripts) outcomes.push(await runScript(script, service.url));
  } finally {
    service.process.kill("SIGTERM");
    await service.process.exited;
  }
  console.log(`\n${toTable(outcomes)}\nSummaries are in ${results}`);
  return outcomes.every(({ exitCode }) => exitCode === 0) ? 0 : 1;
}

/** Without a rate limit, for all users come from one address; what it logs is not shown. */
async function startService() {
  const args = ["--port", "0", "--rate-limit", "off", ...process.argv.slice(2)];
  const child = Bun.spawn([process.execPath, join(root, "examples/api/main.ts"), ...args], {
    stdout: "pipe",
    stderr: "inherit",
  });
  const lines = child.stdout.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]();
  let said = "";
  let url: string | undefined;
  while (url === undefined) {
    const { value, done } = await lines.next();
    if (done) throw new Error(`The service did not start: ${said}`);
    said += value;
    url = /"url":"(http:[^"]*)\/"/.exec(said)?.[1];
  }
  // It must be able to go on writing its log.
  void (async () => {
    while (!(await lines.next()).done);
  })();
  return { url, process: child };
}

async function runScript(script: string, url: string): Promise<Outcome> {
  mkdirSync(results, { recursive: true });
  const summary = join(results, `api-${script}.json`);
  const path = join(import.meta.dir, `${script}.js`);
  console.log(`\n${script}.js`);
  const bw = join(root, "products/cli/bin/bw.js");
  const args = ["run", path, "-e", `BASE_URL=${url}`, "--summary-export", summary];
  const run = Bun.spawn(["node", bw, ...args], { stdout: "inherit", stderr: "inherit" });
  const exitCode = await run.exited;
  const file = Bun.file(summary);
  const { metrics } = (await file.exists()) ? await file.json() : { metrics: {} };
  return { script, exitCode, metrics };
}

function toTable(outcomes: readonly Outcome[]): string {
  const head = ["script", "requests", "per second", "p95 ms", "p99 ms", "errors", "shed", "passed"];
  const rows = outcomes.map(({ script, exitCode, metrics }) => {
    const value = (metric: string, stat: string): number => metrics[metric]?.[stat] ?? 0;
    const percent = (metric: string): string => `${(value(metric, "value") * 100).toFixed(2)} %`;
    return [
      script,
      String(value("http_reqs", "count")),
      value("http_reqs", "rate").toFixed(0),
      value("http_req_duration", "p(95)").toFixed(1),
      value("http_req_duration", "p(99)").toFixed(1),
      percent("errors"),
      percent("backpressure_503"),
      exitCode === 0 ? "yes" : `no (${exitCode})`,
    ];
  });
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ");
  return `${all.map(line).join("\n")}\n`;
}

process.exit(await runAll());
