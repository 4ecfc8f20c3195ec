import { test } from "bun:test";
import { compare } from "../../../../tools/compare.ts";
import { memoryKeeper } from "../keeper/memory-keeper.ts";
import { START_MS, testMessage, testMeta } from "../testing/index.ts";
import type { Registration } from "./broker.ts";
import { createBroker } from "./create-broker.ts";

const PAIRS = 64;
const senders = Array.from({ length: PAIRS }, (_, index) => `from-${index}`);
const recipients = Array.from({ length: PAIRS }, (_, index) => `to-${index}`);
const messages = senders.map((from, index) => testMessage({ from, to: recipients[index]! }));

/** What a broker gets: a message of its own each time, with an id that nobody had before. */
function nextMessage(index: number) {
  const { envelope, json, bytes } = messages[index % PAIRS]!;
  return { envelope: { ...envelope, id: `id ${index}` }, json, bytes, acceptedAtMs: START_MS };
}

/** From send() to its settling and its receipt; says how many were delivered. */
function brokerWith({ acknowledges }: { readonly acknowledges: boolean }) {
  return (times: number): number => {
    let delivered = 0;
    const unacknowledged: (readonly [string, string])[] = [];
    const limits = { clientTtlMs: 60_000, ackTimeoutMs: 30_000, maxAttempts: 5 };
    const broker = createBroker<string>({
      keeper: memoryKeeper({ limits: keeperLimits, epochMs: () => START_MS }),
      limits: { ...limits, slowGraceMs: 1000, maxWaitingBroadcasts: 100, maxWaitingBytes: 1e6 },
      outlet: {
        deliver: (to, { envelope }) => {
          delivered += 1;
          if (acknowledges) unacknowledged.push([to, envelope.id]);
          return "taken";
        },
        broadcast: () => {},
        receipt: () => {},
        end: () => {},
      },
    });
    for (const id of [...senders, ...recipients]) {
      broker.register(id, registrationOf(id, { acknowledges }), 0, () => {});
      broker.open(id, 0);
    }
    for (let index = 0; index < times; index += 1) {
      broker.send(senders[index % PAIRS]!, nextMessage(index), index / 1000);
      if (unacknowledged.length < 10 * PAIRS) continue;
      for (const [to, id] of unacknowledged.splice(0)) broker.ack(to, [id], index / 1000);
    }
    return delivered;
  };
}

test("bench: a message between two who are connected (at most 8 times a Map of arrays)", () => {
  compare("64 pairs", [
    {
      name: "a Map of arrays",
      run: (times) => {
        const inboxes = new Map<string, string[]>(recipients.map((id) => [id, []]));
        let delivered = 0;
        for (let index = 0; index < times; index += 1) {
          const message = nextMessage(index);
          inboxes.get(recipients[index % PAIRS]!)?.push(message.envelope.id);
          delivered += inboxes.get(recipients[index % PAIRS]!)?.pop() === undefined ? 0 : 1;
        }
        return delivered;
      },
    },
    { name: "the broker and its keeper", run: brokerWith({ acknowledges: false }) },
    { name: "with acks", run: brokerWith({ acknowledges: true }) },
  ]);
});

function registrationOf(
  id: string,
  { acknowledges }: { readonly acknowledges: boolean },
): Registration {
  const meta = testMeta(id);
  const rest = { tokenHash: undefined, wantsReceipts: true, window: 100, resume: undefined };
  return { meta, acknowledges, ...rest };
}

const keeperLimits = {
  maxHistory: 1000,
  maxHistoryBytes: 10_000_000,
  maxQueue: 2000,
  maxQueueBytes: 10_000_000,
  maxTotalBytes: 100_000_000,
  maxMailboxes: 1000,
  queueTtlMs: 900_000,
  maxDeadLetters: 1000,
  maxSeen: 100_000,
  maxClaims: 1000,
  claimTtlMs: 900_000,
};
