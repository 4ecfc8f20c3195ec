import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { BenchError } from "../bench-error.ts";
import { workFolder } from "../tool.ts";
import { type Actor, type AgentsActor, agentsActor, bridgeActor, redisActor } from "./actors.ts";
import { judge, readLedger, type Verdict } from "./ledger.ts";
import { type Relay, startRelay } from "./relay.ts";

const usage = `Agents send each other messages while everything is killed at random: is anything lost?

  npm run faults:bridge -- [options]

  --mode NAME        disk: one bridge, and its file; redis: two bridges, and a Redis
                     (default: one after the other)
  --seconds N        of killing, for each mode (default 120)
  --help             this text

Killed with SIGKILL: bridges, the processes of the agents, Redis (which syncs before it answers). Bridges
are also asked to end, and stopped for up to 10 s; their connections to Redis are cut, or fall silent.
Exits with 1 if a message that has a receipt was neither delivered nor told to be dropped, or was told to be
delivered before it was.`;

const { values } = parseArgs({
  options: {
    mode: { type: "string" },
    seconds: { type: "string", default: "120" },
    help: { type: "boolean", short: "h" },
  },
});

const folder = join(workFolder, "bridge-faults");
const PROCESSES = 4;
const AGENTS_EACH = 5;
const MESSAGES_PER_SECOND = 20;
/** Long enough for whatever waits to be delivered again. */
const DRAIN_MS = 60_000;

if (values.help) console.log(usage);
else process.exitCode = await main();

async function main(): Promise<number> {
  const seconds = Number(values.seconds);
  if (!(seconds > 0 && seconds <= 3600)) {
    throw new BenchError("bad_argument", `Cannot run ${values.seconds} seconds: use 1 to 3600`);
  }
  const modes = values.mode === undefined ? ["disk", "redis"] : [values.mode];
  let isFine: boolean = true;
  for (const mode of modes) {
    const verdict = await faultRun(mode, seconds);
    const { lost, strange, untrue, ...counts } = verdict;
    const mistakes = [...lost, ...strange, ...untrue];
    const sums = { lost: lost.length, strange: strange.length, untrue: untrue.length };
    console.log(mode, { ...counts, ...sums });
    for (const one of mistakes.slice(0, 10)) console.log("  ", one);
    if (mistakes.length > 0 || verdict.received === 0) isFine = false;
  }
  return isFine ? 0 : 1;
}

interface Cast {
  readonly bridges: readonly (Actor & { readonly url: string })[];
  readonly redis: Actor | undefined;
  /** Between each bridge and Redis. */
  readonly relays: readonly Relay[];
}

function cast(mode: string): Cast {
  // So that what was not acknowledged comes again while it is waited for.
  const quick = ["--ack-timeout-ms", "3s", "--max-attempts", "100"];
  switch (mode) {
    case "disk":
      return {
        bridges: [bridgeActor("the bridge", ["--data", join(folder, "data"), ...quick])],
        redis: undefined,
        relays: [],
      };
    case "redis": {
      const redis = redisActor(join(folder, "redis"));
      const relays = [startRelay(redis.port), startRelay(redis.port)];
      const bridges = relays.map(({ port }, index) =>
        bridgeActor(`bridge ${index + 1}`, ["--redis-url", `redis://127.0.0.1:${port}`, ...quick]),
      );
      return { bridges, redis, relays };
    }
    default:
      throw new BenchError("bad_argument", `There is no mode "${mode}": use disk or redis`);
  }
}

async function faultRun(mode: string, seconds: number): Promise<Verdict> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const { bridges, redis, relays } = cast(mode);
  const ids = Array.from({ length: PROCESSES * AGENTS_EACH }, (_, index) => `agent${index}`);
  const agents = Array.from({ length: PROCESSES }, (_, index) =>
    agentsActor(
      `agents ${index}`,
      {
        ids: ids.slice(index * AGENTS_EACH, (index + 1) * AGENTS_EACH),
        ...{ everybody: ids, messagesPerSecond: MESSAGES_PER_SECOND },
        ledger: join(folder, `ledger-${index}`),
      },
      bridges.map(({ url }) => url),
    ),
  );
  const ledger = (): Verdict =>
    judge(agents.flatMap((_, index) => readLedger(join(folder, `ledger-${index}`))));
  const all: Actor[] = [...(redis ? [redis] : []), ...bridges, ...agents];
  try {
    for (const actor of all) await actor.start();
    await breakAtRandom({ agents, bridges, redis, relays, seconds });
    for (const { say } of agents) say("quiet");
    const endMs = performance.now() + DRAIN_MS;
    await Bun.sleep(3000);
    while (ledger().lost.length > 0 && performance.now() < endMs) await Bun.sleep(1000);
    return ledger();
  } finally {
    for (const actor of all.toReversed()) await actor.end();
    for (const relay of relays) relay[Symbol.dispose]();
  }
}

interface Victims extends Cast {
  readonly agents: readonly AgentsActor[];
  readonly seconds: number;
}

/** One at a time, each before any comes again; down for up to two seconds, if nothing is said. */
async function breakAtRandom(victims: Victims): Promise<void> {
  const endMs = performance.now() + victims.seconds * 1000;
  const faults = faultsOf(victims);
  const counts: Record<string, number> = {};
  let deck: Fault[] = [];
  while (performance.now() < endMs) {
    await Bun.sleep(500 + Math.random() * 2500);
    if (deck.length === 0) deck = shuffled(faults);
    const { name, run } = deck.pop()!;
    await run();
    counts[name] = (counts[name] ?? 0) + 1;
    console.error(`${Math.ceil((endMs - performance.now()) / 1000)} s to go: ${name}`);
  }
  console.log(counts);
}

function shuffled<T>(items: readonly T[]): T[] {
  const places = items.map((item) => ({ item, place: Math.random() }));
  return places.sort((a, b) => a.place - b.place).map(({ item }) => item);
}

interface Fault {
  readonly name: string;
  readonly run: () => Promise<void>;
}

function faultsOf({ agents, bridges, redis, relays }: Victims): readonly Fault[] {
  const pause = (): Promise<void> => Bun.sleep(Math.random() * 2000);
  const killed = [...agents, ...bridges, ...bridges, ...(redis ? [redis] : [])];
  const restarted = (actor: Actor, stop: () => Promise<void>) => async () => {
    await stop();
    await pause();
    await actor.start();
  };
  return [
    ...killed.map((actor) => ({
      name: `killed ${actor.name}`,
      run: restarted(actor, actor.kill),
    })),
    ...bridges.flatMap((bridge) => [
      { name: `ended ${bridge.name}`, run: restarted(bridge, bridge.end) },
      ...[3000, 10_000].map((ms) => ({
        name: `stopped ${bridge.name} for ${ms} ms`,
        run: () => frozen(bridge, agents, ms),
      })),
    ]),
    ...relays.flatMap((relay, index) =>
      (["refused", "silent"] as const).map((how) => ({
        name: `${bridges[index]!.name} and Redis: ${how}`,
        run: async () => {
          relay.break(how);
          await Bun.sleep(Math.random() * 8000);
          relay.mend();
        },
      })),
    ),
  ];
}

/** Some of its agents have been elsewhere when it wakes. */
async function frozen(bridge: Actor, agents: readonly AgentsActor[], ms: number): Promise<void> {
  bridge.freeze();
  await Bun.sleep(ms / 2);
  const mover = agents[Math.floor(Math.random() * agents.length)]!;
  await mover.kill();
  await mover.start();
  await Bun.sleep(ms / 2);
  bridge.thaw();
}
