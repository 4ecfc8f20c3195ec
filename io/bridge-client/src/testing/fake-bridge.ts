import { FakeClock } from "@breakwater/clock/testing";
import type { BridgeClient } from "../bridge-client.ts";
import type { BridgeOptions } from "../bridge-options.ts";
import type { CloseLike, MessageLike, SocketLike, WebSocketLike } from "../bridge-socket.ts";
import { connectBridge } from "../connect-bridge.ts";
import type { Envelope } from "../envelope.ts";

export type Frame = Readonly<Record<string, unknown>>;

/** A bridge that does what a test tells it, in a time that stands still; friendly if left alone. */
export class FakeBridge {
  readonly clock: FakeClock = new FakeClock();
  /** All that were ever dialled. */
  readonly connections: FakeConnection[] = [];
  readonly webSocket: WebSocketLike;
  /** What becomes of a connection that is dialled; it opens if left out. */
  onDial: (connection: FakeConnection) => void = (connection) => connection.open();
  onFrame: (frame: Frame, connection: FakeConnection) => void = friendly;

  constructor() {
    const bridge = this;
    this.webSocket = function (this: unknown, url: string) {
      const connection = new FakeConnection(bridge, url);
      bridge.connections.push(connection);
      bridge.clock.at(bridge.clock.nowMs(), () => bridge.onDial(connection));
      return connection;
    } as unknown as WebSocketLike;
  }

  /** The newest connection. */
  get last(): FakeConnection {
    return this.connections.at(-1)!;
  }

  connect(options: Partial<BridgeOptions> = {}): BridgeClient {
    const { clock, webSocket } = this;
    return connectBridge({
      url: "ws://127.0.0.1:1",
      clientId: "ada",
      clock,
      webSocket,
      ...options,
    });
  }

  /** Lets `ms` pass; 0: what is due now. */
  async pass(ms: number = 0): Promise<void> {
    await this.clock.advanceTo(this.clock.nowMs() + ms);
  }
}

/** Says welcome, receipts and that it is there. */
export function friendly(frame: Frame, connection: FakeConnection): void {
  if (frame.type === "register") connection.welcome();
  if (frame.type === "envelope") {
    const { id } = frame.envelope as { readonly id: string };
    connection.say({ type: "receipt", id, status: "delivered" });
  }
  if (frame.type === "heartbeat") connection.say({ type: "heartbeat", id: frame.id });
}

/** A WebSocket of the client, seen from the bridge. */
export class FakeConnection implements SocketLike {
  readonly #bridge: FakeBridge;
  readonly url: string;
  onopen: (() => void) | null = null;
  onmessage: ((event: MessageLike) => void) | null = null;
  onclose: ((event: CloseLike) => void) | null = null;
  onerror: (() => void) | null = null;
  /** What the client sent. */
  readonly frames: Frame[] = [];
  /** The client's close(). */
  closed: CloseLike | undefined;
  /** Nothing of the client arrives any more, nor the other way; and nobody says so. */
  isDead: boolean = false;

  constructor(bridge: FakeBridge, url: string) {
    this.#bridge = bridge;
    this.url = url;
  }

  send(text: string): void {
    if (this.isDead) return;
    const frame = JSON.parse(text) as Frame;
    this.frames.push(frame);
    this.#bridge.onFrame(frame, this);
  }

  close(code?: number, reason?: string): void {
    const { clock } = this.#bridge;
    this.closed ??= {
      ...(code !== undefined && { code }),
      ...(reason !== undefined && { reason }),
    };
    if (!this.isDead) clock.at(clock.nowMs(), () => this.drop(code ?? 1005));
  }

  open(): void {
    this.onopen?.();
  }

  say(frame: unknown): void {
    this.sayText(JSON.stringify(frame));
  }

  sayText(data: unknown): void {
    if (!this.isDead) this.onmessage?.({ data });
  }

  welcome(more: Frame = {}): void {
    this.say({ type: "registered", clientId: "ada", history: [], connectedClients: [], ...more });
  }

  deliver(fields: Partial<Envelope>, mark: Frame = { attempt: 1 }): void {
    this.say(["env", envelope(fields), mark]);
  }

  receipt(id: string, status: string, more: Frame = {}): void {
    this.say({ type: "receipt", id, status, ...more });
  }

  /** The bridge closes, or the network breaks. */
  drop(code: number = 1006, reason: string = ""): void {
    this.onclose?.({ code, reason });
  }

  /** Of one type. */
  sent(type: string): Frame[] {
    return this.frames.filter((frame) => frame.type === type);
  }

  /** The payloads of the envelopes that came. */
  get payloads(): unknown[] {
    return this.sent("envelope").map(({ envelope }) => (envelope as Envelope).payload);
  }

  /** The ids that were acknowledged, frame by frame. */
  get acks(): unknown[] {
    return this.sent("ack")
      .filter(({ hold }) => hold !== true)
      .map(({ ids }) => ids);
  }
}

/** A direct message of bob, if not said otherwise. */
export function envelope(fields: Partial<Envelope>): Envelope {
  return {
    ...{ id: "m1", timestamp: "2026-01-31T12:00:00Z", intent: "agent.message", taskId: null },
    ...{ channel: "default", priority: "normal", from: "bob", role: "agent", to: "ada" },
    ...{ replyTo: null, context: {}, payload: {}, tools: [], attachments: [], trace: {} },
    ...fields,
  };
}
