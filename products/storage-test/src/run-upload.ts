import { multipartOperations } from "./multipart.ts";
import { putOperation } from "./operations.ts";
import type { UploadMethod, UploadPlan } from "./plan.ts";
import type { StorageRun } from "./storage-run.ts";

/** Each method in turn, with the same amount of data. */
export async function runUpload(plan: UploadPlan, run: StorageRun): Promise<void> {
  for (const method of plan.methods) await byMethod[method](plan, run);
}

const byMethod: Readonly<
  Record<UploadMethod, (plan: UploadPlan, run: StorageRun) => Promise<void>>
> = {
  objects: async ({ count, objectBytes, concurrency, ending, warmupMs }, run) => {
    // Where time ends it keys are written again, so that the store does not fill up.
    const slots = Math.max(count, concurrency);
    const set = run.objects("objects", { count: slots, bytes: objectBytes });
    await run.measure({
      ...{ name: "upload objects", stage: "measuring", kinds: ["put"], partBytes: undefined },
      ...{ concurrency, objectBytes, ending, warmupMs },
      operations: count,
      totalBytes: count * objectBytes,
      next: (index) => putOperation(run.store, set, index % slots),
    });
  },

  multipart: async ({ count, objectBytes, partBytes, concurrency, ending, warmupMs }, run) => {
    const bytes = count * objectBytes;
    // Where it is not over with one, the next is begun while the last parts of it are under way.
    const set = run.objects("multipart", { count: 2, bytes });
    await run.measure({
      ...{ name: "upload multipart", stage: "measuring", kinds: ["part"], objectBytes: bytes },
      ...{ partBytes, concurrency, ending, warmupMs },
      operations: Math.ceil(bytes / partBytes),
      totalBytes: bytes,
      next: multipartOperations(run, { set, partBytes }),
    });
  },

  single: async ({ count, objectBytes, ending, warmupMs }, run) => {
    const bytes = count * objectBytes;
    const set = run.objects("single", { count: 1, bytes });
    await run.measure({
      ...{ name: "upload single", stage: "measuring", kinds: ["put"], partBytes: undefined },
      ...{ concurrency: 1, objectBytes: bytes, ending, warmupMs },
      operations: 1,
      totalBytes: bytes,
      next: () => putOperation(run.store, set, 0),
    });
  },
};
