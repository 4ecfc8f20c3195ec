import type { ListPlan } from "./plan.ts";
import { prepareObjects } from "./prepare.ts";
import type { StorageRun } from "./storage-run.ts";

/** Pages of a listing; each of those who list goes through all of it, and then again. */
export async function runList(plan: ListPlan, run: StorageRun): Promise<void> {
  const { count, objectBytes, concurrency, ending, warmupMs, maxKeys } = plan;
  const set = await prepareObjects(run, { count, bytes: objectBytes, concurrency });
  const prefix = set.key(0).slice(0, -1);
  /** Where those listings go on that nobody is at; at most `concurrency`. */
  const places: string[] = [];
  await run.measure({
    ...{ name: "list", stage: "measuring", kinds: ["list"], partBytes: undefined },
    ...{ concurrency, objectBytes, ending, warmupMs, totalBytes: undefined },
    operations: Math.ceil(count / maxKeys),
    next: () => ({
      kind: "list",
      run: async ({ signal }) => {
        const continuationToken = places.pop();
        const page = await run.store.list({ prefix, maxKeys, continuationToken, signal });
        if (page.nextToken !== undefined) places.push(page.nextToken);
        return { objects: page.objects.length, isVerified: false };
      },
    }),
  });
}
