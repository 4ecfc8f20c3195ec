import { statOperation } from "./operations.ts";
import type { StatPlan } from "./plan.ts";
import { prepareObjects } from "./prepare.ts";
import type { StorageRun } from "./storage-run.ts";

/** HEAD of each object in turn. */
export async function runStat(plan: StatPlan, run: StorageRun): Promise<void> {
  const { count, objectBytes, concurrency, ending, warmupMs } = plan;
  const set = await prepareObjects(run, { count, bytes: objectBytes, concurrency });
  await run.measure({
    ...{ name: "stat", stage: "measuring", kinds: ["stat"], partBytes: undefined },
    ...{ concurrency, objectBytes, ending, warmupMs, operations: count, totalBytes: undefined },
    next: (index) => statOperation(run.store, set.key(index % count)),
  });
}
