import { deleteOperation } from "./operations.ts";
import type { DeletePlan } from "./plan.ts";
import { prepareObjects } from "./prepare.ts";
import type { StorageRun } from "./storage-run.ts";

/** Each object once, one by one or so many with one request. */
export async function runDelete(plan: DeletePlan, run: StorageRun): Promise<void> {
  const { count, objectBytes, concurrency, ending, batch } = plan;
  const set = await prepareObjects(run, { count, bytes: objectBytes, concurrency });
  const result = await run.measure({
    ...{ name: "delete", stage: "measuring", kinds: ["delete"], partBytes: undefined },
    ...{ concurrency, objectBytes, ending, warmupMs: 0, totalBytes: undefined },
    operations: Math.ceil(count / batch),
    next: (index) => {
      const first = index * batch;
      const length = Math.min(batch, count - first);
      const keys = Array.from({ length }, (_, each) => set.key(first + each));
      return deleteOperation(run.store, keys);
    },
  });
  if (result?.endedBy === "count" && result.failed === 0) set.forget();
}
