import type { Counted, Load } from "./clients/load.ts";
import { storm } from "./clients/storm.ts";
import { startBroadcast, startDirect, startIdle, type Totals } from "./clients/traffic.ts";

/**
 * The clients of one measurement, in a process and on a core of their own: takes a Load as JSON,
 * says what it counted in one line of JSON.
 */
const load: Load = JSON.parse(process.argv[2] ?? "{}");

const SETTLE_MS = 500;

if (load.kind === "storm") console.log(JSON.stringify(await storm(load)));
else console.log(JSON.stringify(await counted(load.kind)));
process.exit(0);

async function counted(kind: "direct" | "broadcast" | "idle"): Promise<Counted> {
  const totals: Totals = { received: 0, receipts: 0, dropped: 0 };
  await { direct: startDirect, broadcast: startBroadcast, idle: startIdle }[kind](load, totals);
  if (kind === "idle") console.log("ready");
  await Bun.sleep(SETTLE_MS);
  const before = totals.received;
  const beganMs = performance.now();
  await Bun.sleep(load.seconds * 1000);
  const seconds = (performance.now() - beganMs) / 1000;
  const { receipts, dropped } = totals;
  return { perSecond: (totals.received - before) / seconds, receipts, dropped };
}
