import { appendFileSync, existsSync, readFileSync } from "node:fs";

/**
 * What one agent did, a line for each: `sent`, `receipt`, `dropped`, `received`. Written before the
 * agent goes on, so that it is true however the agent ends. All are on one machine, and have its
 * time.
 */
export interface Entry {
  readonly kind: "sent" | "receipt" | "dropped" | "received";
  readonly from: string;
  readonly to: string;
  readonly id: string;
  /** Why it was dropped, or what the receipt says. */
  readonly more?: string;
  /** Milliseconds since 1970. */
  readonly atMs: number;
}

export function write(path: string, entry: Omit<Entry, "atMs">): void {
  const { kind, from, to, id, more = "" } = entry;
  const atMs = performance.timeOrigin + performance.now();
  appendFileSync(path, `${[kind, from, to, id, more, atMs].join("\t")}\n`);
}

/** A last line that was cut by a kill is left out. */
export function readLedger(path: string): Entry[] {
  if (!existsSync(path)) return [];
  const text = readFileSync(path, "utf8");
  const lines = text.slice(0, text.lastIndexOf("\n")).split("\n").filter(Boolean);
  return lines.map((line) => {
    const [kind = "", from = "", to = "", id = "", more = "", atMs] = line.split("\t");
    return { kind: kind as Entry["kind"], from, to, id, more, atMs: Number(atMs) };
  });
}

export interface Verdict {
  readonly sent: number;
  /** With a receipt that says queued or delivered. */
  readonly acknowledged: number;
  readonly received: number;
  /** Acknowledged, neither received nor told to be dropped: must be none. */
  readonly lost: readonly string[];
  /** Told to be delivered before they were: must be none. */
  readonly untrue: readonly string[];
  /** Received more than once, by one id: what a recipient recognises. */
  readonly duplicates: number;
  /** Received, but never sent to whoever has it: must be none. */
  readonly strange: readonly string[];
  readonly dropped: Readonly<Record<string, number>>;
  /** First deliveries that came before an earlier message of the same pair. */
  readonly outOfOrder: number;
}

const key = ({ from, to, id }: Entry): string => `${from} → ${to} ${id}`;

export function judge(entries: readonly Entry[]): Verdict {
  const of = (kind: Entry["kind"]): Entry[] => entries.filter((entry) => entry.kind === kind);
  const sent = new Set(of("sent").map(key));
  const dropped = new Map(of("dropped").map((entry) => [key(entry), entry.more ?? ""]));
  const acknowledged = new Set(of("receipt").map(key));
  const deliveries = of("received").map(key);
  const received = new Set(deliveries);
  const reasons = [...dropped.values()];
  return {
    sent: sent.size,
    acknowledged: acknowledged.size,
    received: received.size,
    lost: [...acknowledged].filter((one) => !received.has(one) && !dropped.has(one)),
    untrue: untrueReceipts(entries),
    duplicates: deliveries.length - received.size,
    strange: [...received].filter((one) => !sent.has(one)),
    dropped: Object.fromEntries(
      [...new Set(reasons)].map((reason) => [reason, reasons.filter((it) => it === reason).length]),
    ),
    outOfOrder: countOutOfOrder(of("received")),
  };
}

/** Who acknowledges has written down before that it has it. */
function untrueReceipts(entries: readonly Entry[]): readonly string[] {
  const receivedMs = new Map<string, number>();
  for (const entry of entries) {
    if (entry.kind !== "received") continue;
    const earlierMs = receivedMs.get(key(entry)) ?? Number.POSITIVE_INFINITY;
    receivedMs.set(key(entry), Math.min(earlierMs, entry.atMs));
  }
  const told = entries.filter(({ kind, more }) => kind === "receipt" && more === "delivered");
  // Two clocks of one machine differ by less than a few ms.
  const isUntrue = (entry: Entry): boolean =>
    (receivedMs.get(key(entry)) ?? Number.POSITIVE_INFINITY) > entry.atMs + 20;
  return told.filter(isUntrue).map(key);
}

/** Ids end in their number of the pair. */
function countOutOfOrder(received: readonly Entry[]): number {
  const seen = new Set<string>();
  const last = new Map<string, number>();
  let count = 0;
  for (const entry of received) {
    if (seen.has(key(entry))) continue;
    seen.add(key(entry));
    const pair = `${entry.from} ${entry.to}`;
    const number = Number(entry.id.slice(entry.id.lastIndexOf("-") + 1));
    if (number < (last.get(pair) ?? -1)) count += 1;
    else last.set(pair, number);
  }
  return count;
}
