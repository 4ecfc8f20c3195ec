import { isEnvelope, NumberedFrames, payload, tryEnvelopeId } from "./frames.ts";
import { join } from "./join.ts";
import type { Load } from "./load.ts";
import { type RawSocket, toFrame } from "./raw-socket.ts";

/** How it went, from the moment when the bridge was killed. */
export interface Storm {
  readonly backMs: number;
  readonly drainedMs: number;
  /** Messages with a receipt that did not come after the restart. */
  readonly lost: number;
}

const RETRY_MS = 100;
const GIVE_UP_MS = 60_000;

/**
 * All are connected and hold what they were sent, so that the sender has a receipt for each.
 * Then the bridge is killed by whoever reads "ready", and started anew: all come back at once.
 */
export async function storm(load: Load): Promise<Storm> {
  const receivers = Array.from(
    { length: load.receivers },
    (_, index) => new Receiver(load.port, `storm-${index}`),
  );
  await inGroups(receivers, 50, (receiver) => receiver.connect());
  await sendAll(load);
  console.log("ready");
  await Promise.race(receivers.map(({ closed }) => closed));
  const killedAtMs = performance.now();
  for (const receiver of receivers) receiver.acknowledges = true;
  const since = (): number => performance.now() - killedAtMs;
  let backMs = Number.NaN;
  const back = Promise.all(receivers.map((receiver) => receiver.comeBack())).then(() => {
    backMs = since();
  });
  const isDrained = (): boolean => receivers.every(({ ids }) => ids.size >= load.window);
  while (since() < GIVE_UP_MS && !(isDrained() && !Number.isNaN(backMs))) await Bun.sleep(20);
  const drainedMs = since();
  await Promise.race([back, Bun.sleep(1)]);
  const lost = receivers.reduce((sum, { ids }) => sum + load.window - ids.size, 0);
  return { backMs, drainedMs, lost };
}

class Receiver {
  readonly #port: number;
  readonly #clientId: string;
  readonly #close = Promise.withResolvers<void>();
  #socket: RawSocket | undefined;
  #read: string[] = [];
  /** What has come since the kill. */
  readonly ids: Set<string> = new Set();
  acknowledges: boolean = false;

  constructor(port: number, clientId: string) {
    this.#port = port;
    this.#clientId = clientId;
  }

  get closed(): Promise<void> {
    return this.#close.promise;
  }

  async connect(): Promise<void> {
    const clientToken = `${this.#clientId}-its-own-secret`;
    this.#socket = await join({
      port: this.#port,
      client: { clientId: this.#clientId, clientToken, acks: true, window: 1000 },
      onFrame: (frame) => {
        const id = isEnvelope(frame) ? tryEnvelopeId(frame) : undefined;
        if (id !== undefined) this.#read.push(id);
      },
      onRead: () => this.#acknowledge(),
      onClose: () => this.#close.resolve(),
    });
  }

  /** As soon as the bridge takes it. */
  async comeBack(): Promise<void> {
    await this.closed;
    for (;;) {
      try {
        await this.connect();
        return;
      } catch {
        await Bun.sleep(RETRY_MS);
      }
    }
  }

  #acknowledge(): void {
    if (this.#read.length === 0) return;
    const ids = this.#read;
    this.#read = [];
    if (this.acknowledges) for (const id of ids) this.ids.add(id);
    // What came before `registered` was noticed here is said a moment later.
    const hold = this.acknowledges ? {} : { hold: true };
    this.#socket?.send(toFrame(JSON.stringify({ type: "ack", ids, ...hold })));
  }
}

/** The sender has a receipt for each when it resolves. */
async function sendAll({ port, receivers, window }: Load): Promise<void> {
  const all = receivers * window;
  const done = Promise.withResolvers<void>();
  let receipts = 0;
  const sender = await join({
    port,
    client: { clientId: "sender", receipts: true },
    onFrame: (frame) => {
      if (!Buffer.from(frame).includes('"receipt"')) return;
      receipts += 1;
      if (receipts === all) done.resolve();
    },
  });
  for (let index = 0; index < receivers; index += 1) {
    const frames = new NumberedFrames({ to: `storm-${index}`, payload }, index * window);
    sender.send(frames.take(window));
    // The bridge takes 5,000 frames a second of one connection.
    if (index % 100 === 99) await Bun.sleep(250);
  }
  await done.promise;
}

async function inGroups<T>(
  items: readonly T[],
  size: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  for (let from = 0; from < items.length; from += size) {
    await Promise.all(items.slice(from, from + size).map(work));
  }
}
