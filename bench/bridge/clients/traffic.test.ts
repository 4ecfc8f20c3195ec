import { expect, test } from "bun:test";
import { inMemory, startBridge } from "../bridges.ts";
import type { Load } from "./load.ts";
import { startBroadcast, startDirect, startIdle, type Totals } from "./traffic.ts";

const { signal } = new AbortController();

test.skipIf(Bun.which("taskset") === null).each([
  ["direct", startDirect, { acks: false, window: 10 }],
  ["direct, acknowledged and with receipts", startDirect, { acks: true, window: 10 }],
  ["broadcast", startBroadcast, { acks: false, window: 2 }],
  ["idle", startIdle, { acks: false, window: 0 }],
] as const)("the bench's clients keep a bridge busy (taskset): %s", async (_what, start, rest) => {
  await using bridge = await startBridge(inMemory, { signal });
  const totals: Totals = { received: 0, receipts: 0, dropped: 0 };
  const port = Number(new URL(bridge.url).port);
  await start({ kind: "direct", port, seconds: 0, receivers: 3, ...rest } satisfies Load, totals);
  // Far more than is under way at once: as one arrives, another one is sent.
  const wanted = Math.max(3, 100 * rest.window);
  while (totals.received < wanted) await new Promise((resolve) => setImmediate(resolve));
  const { dropped } = totals;
  // Asked to end it would wait for its clients, which do not go.
  process.kill(bridge.pid, "SIGKILL");
  expect(dropped).toBe(0);
  expect(totals.receipts > 0).toBe(rest.acks);
});
