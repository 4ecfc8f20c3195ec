import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Whether our figures are k6's: the same script at the same rate against the same server, in turns:
 * `bun tests/k6-compat/agreement.ts K6 [SECONDS]`. Counts have to be equal, and percentiles within
 * 2 % and 0.2 ms.
 */
const [k6 = "k6", seconds = "10"] = process.argv.slice(2);
const bw = [process.execPath, join(import.meta.dir, "../../products/cli/src/main.ts")];
const folder = await mkdtemp(join(tmpdir(), "agreement-"));

/** Answers after 5 to 50 ms, by the iteration's number: both tools meet the same delays. */
const delaysMs = [5, 10, 15, 20, 25, 30, 50];
await using server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch: async ({ url }) => {
    const index = Number(new URL(url).searchParams.get("i"));
    await Bun.sleep(delaysMs[index % delaysMs.length] ?? 0);
    return new Response("ok");
  },
});

const script = join(folder, "script.js");
await Bun.write(
  script,
  `import http from "k6/http";
import { check } from "k6";
import exec from "k6/execution";
export const options = {
  scenarios: { steady: {
    executor: "constant-arrival-rate", rate: 300, timeUnit: "1s", duration: "${seconds}s",
    preAllocatedVUs: 60,
  } },
  summaryTrendStats: ["min", "avg", "med", "p(75)", "p(90)", "p(95)", "p(99)"],
};
export default function () {
  const response = http.get("${server.url}?i=" + exec.scenario.iterationInTest);
  check(response, { ok: ({ status }) => status === 200 });
}
`,
);

type Values = Readonly<Record<string, number>>;
type Summary = Readonly<
  Record<"http_reqs" | "iterations" | "checks" | "http_req_duration", Values>
>;

async function run(command: readonly string[]): Promise<Summary> {
  const path = join(folder, "summary.json");
  const child = Bun.spawn([...command, "run", "-q", "--summary-export", path, script], {
    env: { ...process.env, K6_NO_USAGE_REPORT: "true" },
    stdout: "ignore",
    stderr: "ignore",
  });
  await child.exited;
  return (await Bun.file(path).json()).metrics;
}

const rounds: { readonly k6: Summary; readonly bw: Summary }[] = [];
for (let round = 0; round < 3; round += 1) {
  const first = await run(round % 2 === 0 ? [k6] : bw);
  const second = await run(round % 2 === 0 ? bw : [k6]);
  rounds.push(round % 2 === 0 ? { k6: first, bw: second } : { k6: second, bw: first });
}
await rm(folder, { recursive: true });

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[1] ?? 0;
let differing = 0;
const compare = (what: string, of: (summary: Summary) => number, isCount: boolean): void => {
  const theirs = median(rounds.map((round) => of(round.k6)));
  const ours = median(rounds.map((round) => of(round.bw)));
  const isSame = isCount ? theirs === ours : Math.abs(ours - theirs) <= theirs * 0.02 + 0.2;
  if (!isSame) differing += 1;
  const [shownTheirs, shownOurs] = [theirs, ours].map((value) => value.toFixed(isCount ? 0 : 2));
  process.stdout.write(`${isSame ? "same" : "DIFF"} ${what}: k6 ${shownTheirs}, bw ${shownOurs}\n`);
};
compare("requests", ({ http_reqs }) => http_reqs.count ?? 0, true);
compare("iterations", ({ iterations }) => iterations.count ?? 0, true);
compare("checks passed", ({ checks }) => checks.passes ?? 0, true);
for (const stat of ["min", "avg", "med", "p(75)", "p(90)", "p(95)", "p(99)"]) {
  compare(`http_req_duration ${stat}`, (summary) => summary.http_req_duration[stat] ?? 0, false);
}
process.exitCode = differing === 0 ? 0 : 1;
