import { ID_DIGITS, isEnvelope, NumberedFrames, payload, tryEnvelopeId } from "./frames.ts";
import { join } from "./join.ts";
import type { Load } from "./load.ts";
import { type RawSocket, toFrame } from "./raw-socket.ts";

export interface Totals {
  received: number;
  receipts: number;
  dropped: number;
}

/** Pairs, which begin when all are there: as a message arrives, or its receipt, one is sent. */
export async function startDirect(load: Load, totals: Totals): Promise<void> {
  const pairs: (() => void)[] = [];
  for (let pair = 0; pair < load.receivers; pair += 1) {
    pairs.push(await joinPair(load, pair, totals));
  }
  for (const begin of pairs) begin();
}

async function joinPair(load: Load, pair: number, totals: Totals): Promise<() => void> {
  const { port, acks, window } = load;
  const frames = new NumberedFrames({ to: `receiver-${pair}`, payload });
  let sender: RawSocket | undefined;
  let ids: string[] = [];
  let arrived = 0;
  const receiver = await join({
    port,
    client: { clientId: `receiver-${pair}`, ...(acks && { acks: true, window: 1000 }) },
    onFrame: (frame) => {
      if (!isEnvelope(frame)) return;
      arrived += 1;
      if (acks) ids.push(tryEnvelopeId(frame) ?? "0".repeat(ID_DIGITS));
    },
    onRead: () => {
      if (arrived === 0) return;
      totals.received += arrived;
      if (acks) receiver.send(toFrame(JSON.stringify({ type: "ack", ids })));
      else sender?.send(frames.take(arrived));
      ids = [];
      arrived = 0;
    },
  });
  let receipts = 0;
  sender = await join({
    port,
    client: { clientId: `sender-${pair}`, ...(acks && { receipts: true }) },
    onFrame: (frame) => {
      const text = Buffer.from(frame);
      if (!text.includes('"receipt"')) return;
      if (text.includes('"dropped"')) totals.dropped += 1;
      receipts += 1;
    },
    onRead: () => {
      if (receipts === 0) return;
      totals.receipts += receipts;
      sender?.send(frames.take(receipts));
      receipts = 0;
    },
  });
  const { send } = sender;
  return () => send(frames.take(window));
}

/** One sends to all: as one of them has a message, the next one is sent. */
export async function startBroadcast(load: Load, totals: Totals): Promise<void> {
  const frames = new NumberedFrames({ payload });
  let sender: RawSocket | undefined;
  let arrived = 0;
  for (let index = 0; index < load.receivers; index += 1) {
    await join({
      port: load.port,
      client: { clientId: `receiver-${index}` },
      onFrame: (frame) => {
        if (!isEnvelope(frame)) return;
        totals.received += 1;
        if (index === 0) arrived += 1;
      },
      onRead: () => {
        if (arrived === 0) return;
        sender?.send(frames.take(arrived));
        arrived = 0;
      },
    });
  }
  sender = await join({ port: load.port, client: { clientId: "sender" }, onFrame: () => {} });
  sender.send(frames.take(load.window));
}

/** So many connect, and do nothing. */
export async function startIdle(load: Load, totals: Totals): Promise<void> {
  const AT_ONCE = 50;
  for (let from = 0; from < load.receivers; from += AT_ONCE) {
    const some = Array.from({ length: Math.min(AT_ONCE, load.receivers - from) }, (_, index) =>
      join({
        port: load.port,
        client: { clientId: `idle-${from + index}` },
        onFrame: () => {},
        onClose: () => {
          totals.dropped += 1;
        },
      }),
    );
    totals.received += (await Promise.all(some)).length;
  }
}
