import { table, verdict } from "../parts/part.ts";
import { medianOf, medianRatio, takeTurns } from "../parts/turns.ts";
import type { BridgeOptions, BridgePart } from "./bridge-part.ts";
import { type Bridge, inMemory, onDisk, original, startBridge, synced } from "./bridges.ts";
import type { Load } from "./clients/load.ts";
import { runClients } from "./run-clients.ts";

interface Contestant {
  readonly bridge: Bridge;
  readonly acks: boolean;
  /** Of the first contestant's rate. */
  readonly atLeast?: number;
}

const perSecond = ({ perSecond: rate }: { readonly perSecond: number }): number => rate;

async function measure(
  contestants: readonly Contestant[],
  load: Omit<Load, "port" | "acks" | "seconds">,
  { rounds, seconds, signal }: BridgeOptions,
): Promise<readonly string[]> {
  const turns = await takeTurns(
    contestants.map(({ bridge, acks }) => async () => {
      await using running = await startBridge(bridge, { signal });
      const port = Number(new URL(running.url).port);
      const counted = await runClients({ ...load, port, acks, seconds }, { signal });
      console.error(`${load.kind}, ${bridge.name}${acks ? ", acks" : ""}: ${counted.perSecond}/s`);
      return counted;
    }),
    rounds,
  );
  return contestants.map(({ bridge, acks, atLeast }, index) => {
    const rates = turns[index]!.map(perSecond);
    const dropped = turns[index]!.reduce((sum, counted) => sum + counted.dropped, 0);
    const ratio = medianRatio(turns[index]!, turns[0]!, perSecond);
    const cells = [
      bridge.name +
        (acks ? ", acknowledged and with receipts" : "") +
        (dropped > 0 ? `, **${dropped} dropped**` : ""),
      medianOf(turns[index]!, perSecond).toFixed(0),
      `${Math.min(...rates).toFixed(0)} to ${Math.max(...rates).toFixed(0)}`,
      ratio.toFixed(2),
      atLeast === undefined ? "" : `≥ ${atLeast}: ${verdict(ratio, atLeast)}`,
    ];
    return `| ${cells.join(" | ")} |`;
  });
}

const head = (unit: string, against: string): string[] =>
  table(["", unit, "of the rounds", `of ${against}`, "to reach"], []);

export const directPart: BridgePart = {
  name: "direct",
  title: "Direct messages, 64 pairs, 200 bytes of payload",
  async measure(options) {
    const peer = original();
    const load = { kind: "direct", receivers: 64, window: 100 } as const;
    const own = [
      { bridge: inMemory, acks: false, atLeast: 2 },
      { bridge: inMemory, acks: true, atLeast: 1.5 },
    ];
    const all = peer === undefined ? own : [{ bridge: peer, acks: false }, ...own];
    return [
      "Messages that arrive in a second. Each sender has 100 under way: as one arrives, one is sent. With acks the",
      "recipients acknowledge each message, and the senders wait for the receipt of each.",
      "",
      ...head("messages/s", "the first"),
      ...(await measure(all, load, options)),
    ];
  },
};

export const broadcastPart: BridgePart = {
  name: "broadcast",
  title: "Broadcasts to 1,000 clients, 200 bytes of payload",
  async measure(options) {
    const peer = original();
    const load = { kind: "broadcast", receivers: 1000, window: 8 } as const;
    const own = [{ bridge: inMemory, acks: false, atLeast: 3 }];
    const all = peer === undefined ? own : [{ bridge: peer, acks: false }, ...own];
    return [
      "Deliveries in a second; one sender has eight broadcasts under way.",
      "",
      ...head("deliveries/s", "the first"),
      ...(await measure(all, load, options)),
    ];
  },
};

export const durablePart: BridgePart = {
  name: "durable",
  title: "Kept on disk, against kept in memory",
  async measure(options) {
    const load = { kind: "direct", receivers: 64, window: 100 } as const;
    const chapters: string[] = [];
    for (const acks of [false, true]) {
      const all = [
        { bridge: inMemory, acks },
        { bridge: onDisk, acks, atLeast: 0.3 },
        { bridge: synced, acks },
      ];
      const what = acks ? "Acknowledged, with receipts:" : "Without acks:";
      chapters.push(what, "", ...head("messages/s", "memory"));
      chapters.push(...(await measure(all, load, options)), "");
    }
    return chapters;
  },
};
