import type { KeeperLimits } from "../keeper/keeper.ts";
import type { TestedKeeper, TestRunner } from "./keeper-contract.ts";
import type { KeeperStage } from "./keeper-stage.ts";

/** What is to be true of every keeper. */
export interface KeeperRule {
  readonly name: string;
  /** Those that matter here; others are wide. */
  readonly limits: Partial<KeeperLimits>;
  readonly holds: (scene: Scene) => Promise<void>;
}

export function rule(
  name: string,
  limits: Partial<KeeperLimits>,
  holds: KeeperRule["holds"],
): KeeperRule {
  return { name, limits, holds };
}

/** What a rule has: a keeper on a stage, and the time, which it may change. */
export interface Scene {
  readonly tested: TestedKeeper;
  readonly stage: KeeperStage;
  epochMs: number;
  readonly expect: TestRunner["expect"];
  /** Of what a keeper may count behind: it is asked again for a while. */
  readonly expectSoon: (look: () => unknown, expected: unknown) => Promise<void>;
}
