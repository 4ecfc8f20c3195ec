import { rmSync } from "node:fs";
import { parseArgs } from "node:util";
import { writePage } from "../parts/run-parts.ts";
import { describeMachine } from "../results.ts";
import type { BridgeOptions } from "./bridge-part.ts";
import { dataFolder, original } from "./bridges.ts";
import { idlePart, stormPart } from "./crowd-parts.ts";
import { broadcastPart, directPart, durablePart } from "./traffic-parts.ts";

const parts = [directPart, broadcastPart, idlePart, durablePart, stormPart];

const usage = `Measures bw bridge beside the original (some eight minutes)

  npm run bench:bridge -- [options]

  --only NAME,NAME   of ${parts.map(({ name }) => name).join(", ")}
  --quick            one short round, few clients: to see that it works
  --help             this text

The original is looked for as $BREAKWATER_PEERS/ai-bridge/main.mjs and /tmp/peers/ai-bridge/main.mjs: its
src/ai-bridge.js with a bound origin check, one port, and no log if BRIDGE_LOG is "silent". What is
missing is said. All of it at full length goes into bench/BRIDGE.md.`;

const { values } = parseArgs({
  options: {
    only: { type: "string" },
    quick: { type: "boolean", default: false },
    help: { type: "boolean", short: "h" },
  },
});

const stopped = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => stopped.abort());

if (values.help) console.log(usage);
else await main();

async function main(): Promise<void> {
  const { signal } = stopped;
  const { only, quick: isQuick } = values;
  const options: BridgeOptions = isQuick
    ? { rounds: 1, seconds: 1, idleClients: 500, stormClients: 200, signal }
    : { rounds: 5, seconds: 3, idleClients: 10_000, stormClients: 5000, signal };
  try {
    await writePage({ file: "BRIDGE.md", parts, only, isQuick, options, heading });
  } finally {
    rmSync(dataFolder, { recursive: true, force: true });
  }
}

function heading(): string {
  const { processor, cores, kernel, bun, loadBefore } = describeMachine();
  const command = ["npm run bench:bridge", ...process.argv.slice(2)].join(" ");
  const peer = original();
  const node = Bun.spawnSync(["node", "--version"]).stdout.toString().trim();
  return [
    "# The bridge, measured",
    "",
    `Written by \`${command}\` on ${new Date().toISOString().slice(0, 10)}: ${processor}, ${cores} cores, Linux ${kernel},`,
    `Bun ${bun}; ${loadBefore.toFixed(1)} processes were running when it began. MB are 1,000,000 bytes. The bridge has core 0, its`,
    "clients core 1. Figures are medians of the rounds, in turned order; ratios the medians of the rounds' ratios.",
    "",
    peer === undefined
      ? "The original is not on this machine."
      : `The original (v1.1.0) has its origin check mended and no log, in Node.js ${node}.`,
    "",
  ].join("\n");
}
