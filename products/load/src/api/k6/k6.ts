import type { VuContext } from "../../vu/vu-context.ts";
import { type Checks, checkInTurn } from "../check.ts";
import { group } from "../group.ts";
import { lazyModule } from "../lazy-module.ts";
import type { CreateModule } from "../module.ts";
import { randomSeed } from "../random.ts";
import { sleep } from "../sleep.ts";

type Tags = Readonly<Record<string, string>>;

/** The module k6 as one VU has it. */
export const createK6: CreateModule = lazyModule<VuContext>({
  ownerOf: (vu) => vu,
  own: {
    check: (vu) => (value: unknown, checks: Checks<unknown>, tags?: Tags) =>
      checkInTurn(vu, value, checks, tags),
    group: (vu) => (name: string, run: () => unknown) => group(vu, name, run),
    sleep: (vu) => (seconds: unknown) => vu.activity.block(() => sleep(vu, toSeconds(seconds))),
    randomSeed: (vu) => (seed: unknown) => randomSeed(vu, seed),
  },
  shared: { fail },
});

/** k6 waits no time for what is no number, or too much of one. */
function toSeconds(given: unknown): number {
  const seconds = Number(given ?? 0);
  return Number.isFinite(seconds) ? seconds : 0;
}

/** Ends the iteration, unless the script catches it. */
function fail(message: unknown = ""): never {
  throw new Error(String(message));
}
