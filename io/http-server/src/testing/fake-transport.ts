import { FakeClock } from "@breakwater/clock/testing";
import type { Connection, Handler } from "../exchange.ts";
import type { AnswerRecord, ServerLimits } from "../http-server.ts";
import type { ProtocolConnection, ServerContext, Transport } from "../transport.ts";
import { testLimits } from "./test-limits.ts";

/** A transport without a socket: what a protocol does to it can be looked at. */
export class FakeTransport implements Transport {
  readonly connection: Connection = {
    source: "192.0.2.7:40312",
    destination: "192.0.2.1:8080",
    isTls: false,
  };
  /** Each write(), as latin1. */
  readonly writes: string[] = [];
  state: "open" | "ended" | "reset" = "open";
  isPaused: boolean = false;
  expectedBytes = 0;
  unsentBytes = 0;
  /** While it is set, nothing is taken. */
  isFull: boolean = false;

  /** All that was written. */
  get text(): string {
    return this.writes.join("");
  }

  write(bytes: Uint8Array | string): boolean {
    if (this.state !== "open") return true;
    const text = typeof bytes === "string" ? bytes : Buffer.from(bytes).toString("latin1");
    this.writes.push(text);
    if (!this.isFull) return true;
    this.unsentBytes += text.length;
    return false;
  }

  writeJoined(head: string, body: Uint8Array): boolean {
    return this.write(head + Buffer.from(body).toString("latin1"));
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }

  end(): void {
    if (this.state === "open") this.state = "ended";
  }

  reset(): void {
    if (this.state === "open") this.state = "reset";
  }

  expect(bodyBytes: number): void {
    this.expectedBytes = bodyBytes;
  }

  /** The client takes what was written. */
  drain(protocol: ProtocolConnection): void {
    this.isFull = false;
    this.unsentBytes = 0;
    protocol.onDrain();
  }
}

/** A server's context, and what it was told. */
export interface TestContext extends ServerContext {
  readonly clock: FakeClock;
  readonly errors: unknown[];
  readonly records: AnswerRecord[];
}

export function testContext(handler: Handler, limits: Partial<ServerLimits> = {}): TestContext {
  const errors: unknown[] = [];
  const records: AnswerRecord[] = [];
  return {
    handler,
    limits: { ...testLimits, ...limits },
    clock: new FakeClock(),
    onError: (error) => errors.push(error),
    onAnswer: (record) => records.push(record),
    leavesHalfClosed: false,
    altSvc: undefined,
    isStopping: false,
    inFlight: 0,
    answered: 0,
    errors,
    records,
  };
}
