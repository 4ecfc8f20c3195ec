import { expect, test } from "bun:test";
import { bridgeService } from "./testing/bridge-service.ts";

/** 7.2-14 and 15. */
test("the original's metrics are there, each of its own type, and count what happened", async () => {
  await using bridge = await bridgeService({ flags: ["--metrics-port", "0"] });
  const scraped = async (): Promise<string> =>
    (await fetch(new URL("/metrics", bridge.sideUrl))).text();
  await bridge.ask("/agents");
  await bridge.ask("/nowhere");
  const text = await scraped();
  const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(
    ([, name, type]) => `${name} ${type}`,
  );
  for (const [name, type] of originals) {
    expect(types).toContain(`${name} ${type}`);
    expect(text).toMatch(new RegExp(`^# HELP ${name} .+$`, "m"));
    expect(text).toMatch(new RegExp(`^${name} [\\d.e+]+$`, "m"));
  }
  expect(text).toMatch(/^requests_total 2$/m);
  expect(text).toMatch(/^errors_total 0$/m);
  expect(await scraped()).toMatch(/^requests_total 2$/m);
});

const originals = [
  ["requests_total", "counter"],
  ["errors_total", "counter"],
  ["uptime_seconds", "gauge"],
  ["memory_usage_rss_bytes", "gauge"],
  ["memory_usage_heap_used_bytes", "gauge"],
  ["memory_usage_heap_total_bytes", "gauge"],
  ["memory_usage_external_bytes", "gauge"],
] as const;

test("messages, deliveries, receipts, drops and bad frames are counted", async () => {
  await using bridge = await bridgeService({ flags: ["--metrics-port", "0", "--max-queue", "1"] });
  using ada = await bridge.join("ada", { receipts: true });
  using bob = await bridge.join("bob");
  for (const to of ["bob", "eve", "eve", null]) ada.send({ type: "envelope", envelope: { to } });
  ada.send("null");
  await ada.rest();
  await bob.rest();
  const text = await (await fetch(new URL("/metrics", bridge.sideUrl))).text();
  for (const line of [
    "bridge_clients 2",
    "bridge_connections_total 2",
    'bridge_messages_total{kind="direct"} 2',
    'bridge_messages_total{kind="broadcast"} 1',
    "bridge_deliveries_total 2",
    'bridge_receipts_total{status="delivered"} 2',
    'bridge_receipts_total{status="queued"} 1',
    'bridge_receipts_total{status="dropped"} 1',
    'bridge_dropped_total{reason="queue_full"} 1',
    "bridge_queued_messages 1",
    "bridge_mailboxes 1",
    "bridge_history_size 3",
    "bridge_redelivered_total 0",
    "bridge_dead_letters 0",
    'bridge_frames_bad_total{code="bad_frame"} 1',
  ]) {
    expect(text.split("\n")).toContain(line);
  }
});
