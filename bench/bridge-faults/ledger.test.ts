import { expect, test } from "bun:test";
import { type Entry, judge, type Verdict } from "./ledger.ts";

const entry = (kind: Entry["kind"], number: number, more = "", atMs = 0): Entry => ({
  ...{ kind, from: "a", to: "b", id: `a/b/1-${number}`, more, atMs },
});

test.each<[what: string, entries: readonly Entry[], verdict: Partial<Verdict>]>([
  [
    "a message that came",
    [entry("sent", 1), entry("receipt", 1), entry("received", 1)],
    { sent: 1, acknowledged: 1, received: 1, lost: [], strange: [], duplicates: 0 },
  ],
  [
    "one with a receipt that did not come",
    [entry("sent", 1), entry("receipt", 1)],
    { lost: ["a → b a/b/1-1"] },
  ],
  [
    "one that was told to be delivered when it was",
    [entry("received", 1, "", 100), entry("receipt", 1, "delivered", 100)],
    { untrue: [] },
  ],
  [
    "one that was told to be delivered before it was",
    [entry("receipt", 1, "delivered", 0), entry("received", 1, "", 100)],
    { untrue: ["a → b a/b/1-1"] },
  ],
  ["one without a receipt that did not come", [entry("sent", 1)], { lost: [], acknowledged: 0 }],
  [
    "one that its sender was told is dropped",
    [entry("sent", 1), entry("receipt", 1), entry("dropped", 1, "expired")],
    { lost: [], dropped: { expired: 1 } },
  ],
  [
    "one that came twice",
    [entry("sent", 1), entry("received", 1), entry("received", 1)],
    { received: 1, duplicates: 1 },
  ],
  ["one that nobody sent", [entry("received", 1)], { strange: ["a → b a/b/1-1"] }],
  [
    "one that came after a later one",
    [2, 1, 2, 3].map((number) => entry("received", number)),
    { outOfOrder: 1, duplicates: 1 },
  ],
])("the verdict on %s", (_what, entries, verdict) => {
  expect(judge(entries)).toMatchObject(verdict);
});
