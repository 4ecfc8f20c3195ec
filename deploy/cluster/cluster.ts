import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ClusterError, endProgram, type Program, startProgram, untilReady } from "./program.ts";

export interface ClusterOptions {
  /** Where clients connect; 0 for any free port. */
  readonly port: number;
  /** Settings of every instance, such as RATE_LIMIT or DATABASE_URL; see `api --help`. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Three instances of the sample service behind a balancer, with what they share. */
export interface Cluster {
  readonly url: string;
  /** HAProxy's page of who is up; its metrics are at /metrics. */
  readonly statusUrl: string;
  readonly redisSocket: string;
  readonly logFolder: string;
  readonly instances: readonly Instance[];
  /** All of them, those that clients meet first before those that these need. */
  readonly programs: readonly Program[];
  /** Lets requests end, in that order. */
  stop(): Promise<void>;
  /** Ends all at once. */
  kill(): void;
}

export interface Instance extends Program {
  /** Without the slash at its end. */
  readonly url: string;
  readonly metricsUrl: string;
}

const NAMES = ["api1", "api2", "api3"] as const;
const HOST = "127.0.0.1";
/** Longer than HAProxy needs to notice, see haproxy.cfg. */
const DRAIN_ANNOUNCE = "2s";
const GRACE_MS = 15_000;
const BALANCER_GRACE_MS = 5000;

const root = join(import.meta.dir, "../..");
/** Debian keeps HAProxy in /usr/sbin, which is not on every user's PATH. */
const places = `${process.env.PATH}:/usr/sbin`;

/** Rejects with ClusterError if a program is missing or does not start; nothing is left then. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const paths = findPrograms();
  const folder = mkdtempSync(join(tmpdir(), "bw-cluster-"));
  const programs: Program[] = [];
  const start: Start = (name, command, environment) => {
    const program = startProgram({ name, command, environment, logPath: join(folder, name) });
    programs.unshift(program);
    return program;
  };
  const kill = (): void => {
    for (const program of programs) program.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const redisSocket = join(folder, "redis.sock");
    await startRedis(start, { path: paths.redis, folder, socket: redisSocket });
    const environment = instanceEnvironment(options.environment, { folder, redisSocket });
    const instances = await startInstances(start, environment);
    const addresses = await startBalancer(start, { ...options, path: paths.haproxy, instances });
    const stop = async (): Promise<void> => {
      await stopInOrder(programs);
      rmSync(folder, { recursive: true, force: true });
    };
    return { ...addresses, redisSocket, logFolder: folder, instances, programs, stop, kill };
  } catch (error) {
    kill();
    throw error;
  }
}

type Start = (
  name: string,
  command: readonly string[],
  environment: ClusterOptions["environment"],
) => Program;

function findPrograms(): { readonly haproxy: string; readonly redis: string } {
  const [haproxy, redis] = ["haproxy", "redis-server"].map((name) =>
    Bun.which(name, { PATH: places }),
  );
  if (haproxy && redis) return { haproxy, redis };
  const missing = [...(haproxy ? [] : ["haproxy"]), ...(redis ? [] : ["redis-server"])].join(" ");
  throw new ClusterError(`Cannot start a cluster without ${missing}: apt-get install ${missing}`);
}

async function startRedis(
  start: Start,
  options: { readonly path: string; readonly folder: string; readonly socket: string },
): Promise<void> {
  const { path, folder, socket } = options;
  const listen = ["--port", "0", "--unixsocket", socket, "--dir", folder];
  // Counts and a cache: none of it is worth a disk.
  const redis = start("redis", [path, ...listen, "--save", "", "--appendonly", "no"], process.env);
  await untilReady(redis, () => /ready to accept connections/i.test(redis.said()) || undefined);
}

function instanceEnvironment(
  given: ClusterOptions["environment"],
  { folder, redisSocket }: { readonly folder: string; readonly redisSocket: string },
): ClusterOptions["environment"] {
  return {
    DATABASE_URL: `sqlite:${join(folder, "api.sqlite")}`,
    // A token that one instance gives is good at the others.
    JWT_SECRET: Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("base64url"),
    DRAIN_ANNOUNCE,
    ...given,
    REDIS_URL: `redis+unix://${redisSocket}`,
    HOST,
    PORT: "0",
    METRICS_PORT: "0",
    TRUSTED_PROXIES: HOST,
    LOG_FORMAT: "json",
  };
}

async function startInstances(
  start: Start,
  environment: ClusterOptions["environment"],
): Promise<readonly Instance[]> {
  const command = [process.execPath, join(root, "examples/api/main.ts")];
  const one = async (name: string): Promise<Instance> => {
    const program = start(name, command, environment);
    const addresses = await untilReady(program, () => listening(program.said()));
    return Object.assign(program, addresses);
  };
  // The first one makes the tables.
  const first = await one(NAMES[0]);
  return [first, ...(await Promise.all(NAMES.slice(1).map(one)))];
}

/** From the line of its log that says where it listens. */
function listening(log: string): Pick<Instance, "url" | "metricsUrl"> | undefined {
  const line = log.split("\n").find((text) => text.endsWith('"msg":"Listening"}'));
  if (line === undefined) return undefined;
  const { url, side } = JSON.parse(line) as { readonly url: string; readonly side: string };
  return { url: url.replace(/\/$/, ""), metricsUrl: `${side}metrics` };
}

async function startBalancer(
  start: Start,
  options: ClusterOptions & { readonly path: string; readonly instances: readonly Instance[] },
): Promise<Pick<Cluster, "url" | "statusUrl">> {
  const { path, instances, port } = options;
  const bind = `${HOST}:${port === 0 ? freePort() : port}`;
  const statusBind = `${HOST}:${freePort()}`;
  const addresses = instances.map(({ url }, index) => [`API_${index + 1}`, new URL(url).host]);
  const config = join(import.meta.dir, "haproxy.cfg");
  const balancer = start("haproxy", [path, "-db", "-f", config], {
    ...process.env,
    ...Object.fromEntries(addresses),
    BIND: bind,
    STATUS_BIND: statusBind,
  });
  // Not `bind`: whoever has that port already might answer as well.
  await untilReady(balancer, () => isUp(`http://${statusBind}/`));
  return { url: `http://${bind}`, statusUrl: `http://${statusBind}` };
}

/** HAProxy has no port 0: one that was free a moment ago is as near as it gets. */
function freePort(): number {
  const listener = Bun.listen({ hostname: HOST, port: 0, socket: { data: () => {} } });
  const { port } = listener;
  listener.stop(true);
  return port;
}

async function isUp(url: string): Promise<true | undefined> {
  try {
    return (await fetch(url, { keepalive: false })).ok || undefined;
  } catch {
    return undefined;
  }
}

async function stopInOrder(programs: readonly Program[]): Promise<void> {
  const [balancers, rest] = split(programs, ({ name }) => name === "haproxy");
  const [others, instances] = split(rest, ({ name }) => name === "redis");
  const balancerEnds = { signal: "SIGUSR1", graceMs: BALANCER_GRACE_MS } as const;
  const ends = { signal: "SIGTERM", graceMs: GRACE_MS } as const;
  await Promise.all(balancers.map((program) => endProgram(program, balancerEnds)));
  await Promise.all(instances.map((program) => endProgram(program, ends)));
  await Promise.all(others.map((program) => endProgram(program, ends)));
}

function split<Item>(
  items: readonly Item[],
  isFirst: (item: Item) => boolean,
): readonly [readonly Item[], readonly Item[]] {
  return [items.filter(isFirst), items.filter((item) => !isFirst(item))];
}
