import type { Keeper, KeeperLimits } from "../keeper/keeper.ts";
import { claimRules } from "./claim-contract.ts";
import { historyRules } from "./history-contract.ts";
import { instanceRules } from "./instance-contract.ts";
import type { KeeperRule, Scene } from "./keeper-rule.ts";
import { KeeperStage } from "./keeper-stage.ts";
import { limitRules } from "./limit-contract.ts";
import { mailboxRules } from "./mailbox-contract.ts";
import { restartRules } from "./restart-contract.ts";
import { START_MS } from "./test-message.ts";

/** A keeper that a test may do anything with. */
export interface TestedKeeper {
  readonly keeper: Keeper;
  /** Another instance over the same messages, if this kind has such. */
  readonly another?: () => Promise<Keeper>;
  /** The process dies, and another comes up with what was acknowledged, if this kind keeps it. */
  readonly restart?: () => Promise<Keeper>;
  close(): Promise<void>;
}

/** An empty one for each test. `epochMs` is the time that it is to take for now. */
export type OpenKeeper = (options: {
  readonly limits: KeeperLimits;
  readonly epochMs: () => number;
}) => Promise<TestedKeeper>;

/** Of `bun:test`, which `core/` does not import. */
export interface TestRunner {
  describe(name: string, define: () => void): void;
  test(name: string, run: () => Promise<void>): void;
  expect(actual: unknown): {
    toEqual(expected: unknown): void;
    toMatchObject(expected: object): void;
  };
}

export interface KeeperContract extends TestRunner {
  readonly open: OpenKeeper;
  /** `another` is there. */
  readonly hasInstances?: boolean;
  /** `restart` is there. */
  readonly isDurable?: boolean;
}

/** What every Keeper does. */
export function testKeeper(name: string, contract: KeeperContract): void {
  contract.describe(name, () => {
    for (const rules of [mailboxRules, limitRules, historyRules, claimRules]) {
      addTests(contract, rules);
    }
    if (contract.hasInstances === true) addTests(contract, instanceRules);
    if (contract.isDurable === true) addTests(contract, restartRules);
  });
}

function addTests(contract: KeeperContract, rules: readonly KeeperRule[]): void {
  for (const { name, limits, holds } of rules) {
    contract.test(name, async () => {
      const time = { epochMs: START_MS };
      const all = { ...wideLimits, ...limits };
      const tested = await contract.open({ limits: all, epochMs: () => time.epochMs });
      const stage = new KeeperStage(tested.keeper);
      const expect: TestRunner["expect"] = (actual) => contract.expect(actual);
      const expectSoon: Scene["expectSoon"] = async (look, expected) => {
        expect(await lookUntilSame(look, expected)).toEqual(expected);
      };
      try {
        await holds(Object.assign(time, { tested, stage, expect, expectSoon }));
      } finally {
        await tested.close();
      }
    });
  }
}

/** What is seen last: soon the same as expected, or what it is after many looks. */
async function lookUntilSame(look: () => unknown, expected: unknown): Promise<unknown> {
  let seen = await look();
  for (let tries = 0; tries < 500 && !isSame(seen, expected); tries += 1) seen = await look();
  return seen;
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

const wideLimits: KeeperLimits = {
  maxHistory: 100,
  maxHistoryBytes: 1_000_000,
  maxQueue: 100,
  maxQueueBytes: 1_000_000,
  maxTotalBytes: 10_000_000,
  maxMailboxes: 100,
  queueTtlMs: 60_000,
  maxDeadLetters: 100,
  maxSeen: 1000,
  maxClaims: 100,
  claimTtlMs: 3_600_000,
};
