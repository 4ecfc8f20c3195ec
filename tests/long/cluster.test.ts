import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { bw } from "../end-to-end/bw.ts";
import { haproxyPath } from "../end-to-end/front-proxies.ts";
import { isAlive } from "../end-to-end/processes.ts";
import { readPoints } from "../end-to-end/results.ts";
import { scratch } from "../end-to-end/scratch.ts";

const script = join(import.meta.dir, "../../deploy/cluster/start.ts");
const hasPrograms = haproxyPath !== null && Bun.which("redis-server") !== null;

/** Of each owner, of all instances together. */
const LIMIT = 60;
const keys = ["together", "apart", "again", "load"].map((owner) => ({
  key: `key-of-${owner}`,
  owner,
  tier: owner === "load" ? "many" : "few",
}));
const settings = {
  API_KEYS: JSON.stringify(keys),
  RATE_TIERS: `few=${LIMIT}/min,many=1000000/s`,
  RATE_BURST: `${LIMIT}`,
  LOG_LEVEL: "info",
};

interface Instance {
  readonly name: string;
  readonly pid: number;
  readonly url: string;
  readonly metricsUrl: string;
}

interface Cluster {
  readonly child: Bun.Subprocess<"ignore", "pipe", "inherit">;
  readonly url: string;
  readonly statusUrl: string;
  readonly redis: { readonly pid: number; readonly socket: string };
  readonly pids: readonly number[];
  readonly instances: readonly Instance[];
}

/** `npm run cluster`, without what npm is for. */
async function startCluster(): Promise<Cluster> {
  const child = Bun.spawn([process.execPath, script, "--port", "0"], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "inherit",
    env: { ...process.env, ...settings },
  });
  let said = "";
  const decoder = new TextDecoder();
  for await (const bytes of child.stdout) {
    said += decoder.decode(bytes);
    if (said.includes("Ctrl-C")) break;
  }
  if (!said.includes("Ctrl-C")) throw new Error(`The cluster did not start: ${said}`);
  const find = (wanted: RegExp): string => wanted.exec(said)?.[1] ?? `none in ${said}`;
  const line = /^ {2}(api\d) +pid (\d+), (\S+)\/, metrics: (\S+)$/gm;
  return {
    child,
    url: find(/^Listening on (\S+)\/$/m),
    statusUrl: find(/who is up: (\S+)\/$/m),
    redis: { pid: Number(find(/redis +pid (\d+)/)), socket: find(/redis .*, (\S+)$/m) },
    pids: [...said.matchAll(/pid (\d+)/g)].map(([, pid]) => Number(pid)),
    instances: [...said.matchAll(line)].map(([, name = "", pid, url = "", metricsUrl = ""]) => ({
      name,
      pid: Number(pid),
      url,
      metricsUrl,
    })),
  };
}

/** A column of HAProxy's table, by instance. */
async function balancerSays({ statusUrl }: Cluster, column: string): Promise<Map<string, string>> {
  const text = await (await fetch(`${statusUrl}/;csv`)).text();
  const [head = [], ...rows] = text.split("\n").map((line) => line.split(","));
  return new Map(rows.map((row) => [row[1] ?? "", row[head.indexOf(column)] ?? ""]));
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo()));
}

/** How many of so many quick requests of that owner were answered 200, and how many 429. */
async function ask(cluster: Cluster, owner: string, count: number) {
  const statuses: number[] = [];
  const startedMs = performance.now();
  const some = async (): Promise<void> => {
    while (statuses.length < count) {
      const place = statuses.push(0) - 1;
      const headers = { "x-api-key": `key-of-${owner}` };
      statuses[place] = (await fetch(`${cluster.url}/api/status`, { headers })).status;
    }
  };
  await Promise.all(Array.from({ length: 12 }, some));
  const refilled = ((performance.now() - startedMs) / 60_000) * LIMIT;
  const counted = (status: number) => statuses.filter((one) => one === status).length;
  return { ok: counted(200), limited: counted(429), refilled: Math.ceil(refilled) };
}

const RATE = 60;
const LOAD = ["--rate", `${RATE}/s`, "--workers", "1", "-H", "X-Api-Key:key-of-load"];
const JSON_HEADER = ["-H", "content-type:application/json"];

interface Failures {
  readonly count: number;
  readonly requests: number;
  /** When the last one was, in ms since 1970; 0 if there was none. */
  readonly lastMs: number;
  readonly slowestMs: number;
}

/** Reads and writes, in an open model: they come at their rate, whatever the answers. */
async function load(cluster: Cluster, seconds: number) {
  using folder = scratch();
  const run = async (name: string, target: readonly string[]): Promise<Failures> => {
    const out = folder.at(name);
    await bw(["run", ...target, ...LOAD, "-d", `${seconds}s`, "--out", `json=${out}`]);
    const points = readPoints(await Bun.file(out).bytes());
    const failed = points.filter(({ metric }) => metric === "http_req_failed");
    const times = points.filter(({ metric }) => metric === "http_req_duration");
    const bad = failed.filter(({ value }) => value === 1);
    return {
      count: bad.length,
      requests: failed.length,
      lastMs: Math.max(0, ...bad.map(({ time }) => Date.parse(time))),
      slowestMs: Math.max(0, ...times.map(({ value }) => value)),
    };
  };
  const [reads, writes] = await Promise.all([
    run("reads", [`${cluster.url}/api/status`]),
    run("writes", [`${cluster.url}/api/echo`, ...JSON_HEADER, "--body", '{"items":[1]}']),
  ]);
  return { reads, writes };
}

/** Waits until the load has come to each instance that is up. */
async function untilLoaded(cluster: Cluster): Promise<void> {
  const before = await balancerSays(cluster, "stot");
  await until(async () => {
    const [now, states] = [
      await balancerSays(cluster, "stot"),
      await balancerSays(cluster, "status"),
    ];
    return cluster.instances
      .filter(({ name }) => states.get(name)?.startsWith("UP"))
      .every(({ name }) => Number(now.get(name)) >= Number(before.get(name)) + 10);
  });
}

describe.skipIf(!hasPrograms)("three instances behind HAProxy (with haproxy, redis-server)", () => {
  let cluster: Cluster;
  const opened = new DisposableStack();
  beforeAll(async () => {
    cluster = await startCluster();
    opened.defer(() => {
      cluster.child.kill("SIGKILL");
      for (const pid of cluster.pids.filter(isAlive)) process.kill(pid, "SIGKILL");
    });
  });
  afterAll(() => opened.dispose());

  test("count one client's requests together", async () => {
    const before = await balancerSays(cluster, "stot");
    const { ok, limited, refilled } = await ask(cluster, "together", 3 * LIMIT);
    const after = await balancerSays(cluster, "stot");
    const shares = cluster.instances.map(
      ({ name }) => Number(after.get(name)) - Number(before.get(name)),
    );
    expect(ok + limited).toBe(3 * LIMIT);
    expect(ok).toBeGreaterThanOrEqual(LIMIT);
    expect(ok).toBeLessThanOrEqual(LIMIT + refilled + 1);
    expect(Math.min(...shares)).toBeGreaterThan(0);
  });

  test("take each other's tokens, and have one database", async () => {
    const body = JSON.stringify({ username: "demo", password: "demo" });
    const headers = { "content-type": "application/json", "x-api-key": "key-of-load" };
    const login = await fetch(`${cluster.url}/api/auth/login`, { method: "POST", headers, body });
    const { token } = (await login.json()) as { readonly token: string };
    const signedIn = { ...headers, authorization: `Bearer ${token}` };
    const lists = cluster.instances.map(async ({ url }) => {
      const answer = await fetch(`${url}/api/users`, { headers: signedIn });
      return ((await answer.json()) as { readonly users: unknown }).users;
    });
    const [first, ...others] = await Promise.all(lists);
    expect(first).toBeArray();
    expect(others).toEqual([first, first]);
  });

  test("go on without Redis, each with limits of its own, and share them when it is back", async () => {
    process.kill(cluster.redis.pid, "SIGKILL");
    const apart = await ask(cluster, "apart", 6 * LIMIT);
    expect(apart.ok + apart.limited).toBe(6 * LIMIT);
    expect(apart.ok).toBeGreaterThanOrEqual(LIMIT);
    expect(apart.ok).toBeLessThanOrEqual(3 * (LIMIT + apart.refilled + 1));
    const socket = ["--port", "0", "--unixsocket", cluster.redis.socket, "--save", ""];
    const redis = Bun.spawn(["redis-server", ...socket], { stdout: "ignore" });
    opened.defer(() => redis.kill("SIGKILL"));
    await until(async () => {
      const pages = cluster.instances.map(async ({ url, metricsUrl }) => {
        await fetch(`${url}/api/status`, { headers: { "x-api-key": "key-of-load" } });
        return (await fetch(metricsUrl)).text();
      });
      return (await Promise.all(pages)).every((page) => page.includes("\nredis_up 1"));
    });
    const again = await ask(cluster, "again", 3 * LIMIT);
    expect(again.ok).toBeGreaterThanOrEqual(LIMIT);
    expect(again.ok).toBeLessThanOrEqual(LIMIT + again.refilled + 1);
  });

  test("lose one that is killed, and no more than what it was answering", async () => {
    const [killed] = cluster.instances as [Instance];
    const loading = load(cluster, 4);
    await untilLoaded(cluster);
    process.kill(killed.pid, "SIGKILL");
    const killedMs = Date.now();
    await until(async () => (await balancerSays(cluster, "status")).get(killed.name) === "DOWN");
    const { reads, writes } = await loading;
    expect(Math.min(reads.requests, writes.requests)).toBeGreaterThan(RATE * 3);
    // Reads are asked again of another one.
    expect(reads.count).toBe(0);
    const mostInFlight = Math.max(5, Math.ceil((RATE * writes.slowestMs) / 1000));
    expect(writes.count).toBeLessThanOrEqual(mostInFlight);
    expect(writes.lastMs).toBeLessThanOrEqual(killedMs + 1000);
  });

  test("lose nothing of one that drains", async () => {
    const [, drained] = cluster.instances as [Instance, Instance];
    const loading = load(cluster, 6);
    await untilLoaded(cluster);
    process.kill(drained.pid, "SIGTERM");
    await until(async () => !isAlive(drained.pid));
    const { reads, writes } = await loading;
    expect(Math.min(reads.requests, writes.requests)).toBeGreaterThan(RATE * 5);
    expect([reads.count, writes.count]).toEqual([0, 0]);
  });

  test("all end with Ctrl-C", async () => {
    cluster.child.kill("SIGINT");
    expect(await cluster.child.exited).toBe(0);
    expect(cluster.pids.filter(isAlive)).toEqual([]);
  });
});
