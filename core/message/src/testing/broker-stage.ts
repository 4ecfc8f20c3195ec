import type { Broker, BrokerLimits, Registration } from "../broker/broker.ts";
import { createBroker } from "../broker/create-broker.ts";
import type { ClaimOutcome, Keeper } from "../keeper/keeper.ts";
import { testMeta } from "./keeper-stage.ts";
import { START_MS, type TestMessage, testMessage } from "./test-message.ts";

/** A broker whose connections are names, and what it wanted done, a line each. */
export class BrokerStage {
  readonly broker: Broker<string>;
  readonly #lines: string[] = [];
  /** Their next delivery is more than they can take. */
  readonly slow: Set<string> = new Set();
  /** Being closed. */
  readonly gone: Set<string> = new Set();
  nowMs: number = 0;

  constructor(keeper: Keeper, limits: Partial<BrokerLimits> = {}) {
    this.broker = createBroker({
      keeper,
      limits: { ...testBrokerLimits, ...limits },
      outlet: {
        deliver: (to, { envelope }, attempt) => {
          if (this.gone.has(to)) return "gone";
          const again = attempt === 1 ? "" : ` #${attempt}`;
          this.#lines.push(`${to} < ${envelope.id} from ${envelope.from}${again}`);
          return this.slow.has(to) ? "slow" : "taken";
        },
        broadcast: (to, { envelope }, _cursor, onSlow) => {
          const all = [...to];
          this.#lines.push(`${all.join()} < ${envelope.id} to all from ${envelope.from}`);
          for (const handle of all) if (this.slow.has(handle)) onSlow(handle);
        },
        receipt: (to, { id, status, reason, recipients, duplicate }) => {
          const more = [reason, recipients, duplicate === true ? "duplicate" : undefined];
          this.#lines.push(
            `${to} ? ${[id, status, ...more.filter((one) => one !== undefined)].join(" ")}`,
          );
        },
        end: (handle, reason) => this.#lines.push(`${handle} ! ${reason}`),
      },
    });
  }

  /** What was wanted since this was asked last. */
  get lines(): readonly string[] {
    return this.#lines.splice(0);
  }

  claim(
    handle: string,
    options: Partial<Registration> & { readonly id?: string } = {},
  ): ClaimOutcome | undefined {
    const { id = handle, ...fields } = options;
    let seen: ClaimOutcome | undefined;
    const registration = {
      meta: testMeta(id),
      tokenHash: undefined,
      wantsReceipts: false,
      acknowledges: false,
      window: 100,
      resume: undefined,
      ...fields,
    };
    this.broker.register(handle, registration, this.nowMs, (outcome) => {
      seen = outcome;
    });
    return seen;
  }

  connect(handle: string, options: Partial<Registration> & { readonly id?: string } = {}): void {
    const outcome = this.claim(handle, options);
    if (outcome?.kind !== "claimed") throw new Error(`Cannot connect ${handle}: ${outcome?.kind}`);
    this.broker.open(handle, this.nowMs);
  }

  send(handle: string, message: TestMessage): void {
    this.broker.send(handle, testMessage({ from: handle, ...message }), this.nowMs);
  }

  /** Says what `submit` told. */
  submit(message: TestMessage): unknown {
    let told: unknown;
    this.broker.submit(testMessage({ from: "api", ...message }), (outcome) => {
      told = outcome;
    });
    return told;
  }

  ack(handle: string, ...ids: readonly string[]): void {
    this.broker.ack(handle, ids, this.nowMs);
  }

  drained(handle: string): void {
    this.slow.delete(handle);
    this.broker.drained(handle, this.nowMs);
  }

  closed(handle: string): void {
    this.broker.closed(handle, this.nowMs);
  }

  /** Time goes by, and a tick comes at its end. */
  tick(byMs: number): void {
    this.nowMs += byMs;
    this.broker.tick(this.nowMs, START_MS + this.nowMs);
  }
}

const testBrokerLimits: BrokerLimits = {
  clientTtlMs: 60_000,
  ackTimeoutMs: 5000,
  maxAttempts: 3,
  slowGraceMs: 2000,
  maxWaitingBroadcasts: 3,
  maxWaitingBytes: 1000,
};
