import { readMemory } from "../memory.ts";
import type { AnsweringProcess } from "../parts/answering-process.ts";
import { table, verdict } from "../parts/part.ts";
import type { BridgePart } from "./bridge-part.ts";
import { type Bridge, inMemory, onDisk, original, startBridge } from "./bridges.ts";
import { runClients } from "./run-clients.ts";

/** Buffers of the handshakes are given back within it. */
const QUIET_SECONDS = 10;

export const idlePart: BridgePart = {
  name: "idle",
  title: "Idle clients",
  async measure({ idleClients, signal }) {
    const peer = original();
    const bridges: Bridge[] = [inMemory, onDisk, ...(peer === undefined ? [] : [peer])];
    const rows: string[][] = [];
    for (const bridge of bridges) {
      await using running = await startBridge(bridge, { signal });
      const port = Number(new URL(running.url).port);
      const before = readMemory(running.pid).rssMb;
      let after = Number.NaN;
      const load = { kind: "idle", receivers: idleClients, window: 0, acks: false } as const;
      const { dropped } = await runClients(
        { ...load, port, seconds: QUIET_SECONDS },
        {
          signal,
          onReady: async () => {
            await Bun.sleep((QUIET_SECONDS - 1) * 1000);
            after = readMemory(running.pid).rssMb;
          },
        },
      );
      const peak = readMemory(running.pid).peakRssMb;
      const cells = [bridge.name, before, after, peak].map((cell) =>
        typeof cell === "string" ? cell : cell.toFixed(0),
      );
      const limit = bridge === peer ? "" : verdict(250 / after, 1);
      rows.push([...cells, `${dropped}`, limit]);
    }
    const columns = ["", "MB before", "MB with them", "MB at most", "lost connections", "≤ 250 MB"];
    return [
      `${idleClients} clients connect, register and do nothing.`,
      "",
      ...table(columns, rows),
    ];
  },
};

const WAITING = 10;

export const stormPart: BridgePart = {
  name: "storm",
  title: "All come back at once after a `kill -9`",
  async measure({ stormClients, signal }) {
    let running: AnsweringProcess = await startBridge(onDisk, { signal });
    try {
      const port = Number(new URL(running.url).port);
      const load = { kind: "storm", receivers: stormClients, window: WAITING, acks: true } as const;
      const { backMs, drainedMs, lost } = await runClients(
        { ...load, port, seconds: 0 },
        {
          signal,
          onReady: async () => {
            process.kill(running.pid, "SIGKILL");
            await running[Symbol.asyncDispose]();
            running = await startBridge(onDisk, { signal, keeps: true, port });
          },
        },
      );
      const cells = [backMs, drainedMs].map((ms) => (ms / 1000).toFixed(2));
      return [
        `${stormClients} clients hold ${WAITING} messages each, whose senders have their receipts, when the bridge is killed. It is`,
        "started anew at once; the clients try every 100 ms. Seconds since the kill, with the start:",
        "",
        ...table(
          ["clients", "messages", "all back", "all delivered", "lost", "≤ 10 s"],
          [
            [`${stormClients}`, `${stormClients * WAITING}`, ...cells, `${lost}`, ""].with(
              5,
              lost === 0 ? verdict(10_000 / drainedMs, 1) : "**lost messages**",
            ),
          ],
        ),
      ];
    } finally {
      await running[Symbol.asyncDispose]();
    }
  },
};
