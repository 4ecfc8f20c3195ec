import type { Upload, UploadedPart } from "@breakwater/object-store";
import { type ObjectSet, rangeBody } from "./object-set.ts";
import type { Operation } from "./phase.ts";
import type { StorageRun } from "./storage-run.ts";

/** The parts of one object after another: the n-th operation sends the n-th part. */
export function multipartOperations(
  run: StorageRun,
  { set, partBytes }: { readonly set: ObjectSet; readonly partBytes: number },
): (index: number) => Operation {
  const partsEach = Math.ceil(set.bytes / partBytes);
  /** At most as many as there are operations under way. */
  const open = new Map<number, OpenObject>();
  return (index) => {
    const turn = Math.floor(index / partsEach);
    const part = index % partsEach;
    const object = turn % set.count;
    const state = open.get(turn) ?? new OpenObject(run, { set, object, partsEach });
    open.set(turn, state);
    const first = part * partBytes;
    const range = {
      seed: set.seed(object),
      first,
      bytes: Math.min(partBytes, set.bytes - first),
    };
    return {
      kind: "part",
      before: async (signal) => void (await state.upload(signal)),
      run: async ({ signal, onBytes }) => {
        const upload = await state.upload(signal);
        const sent = await upload.putPart(part + 1, rangeBody(range, { onBytes }), { signal });
        state.sent.push(sent);
        return { objects: part === partsEach - 1 ? 1 : 0, isVerified: false };
      },
      after: async ({ signal }) => {
        state.settled += 1;
        if (state.settled < partsEach) return;
        open.delete(turn);
        await state.close(signal);
      },
    };
  };
}

/** One object whose parts are under way. */
class OpenObject {
  readonly sent: UploadedPart[] = [];
  settled = 0;
  readonly #run: StorageRun;
  readonly #set: ObjectSet;
  readonly #object: number;
  readonly #partsEach: number;
  #upload: Promise<Upload> | undefined;

  constructor(run: StorageRun, { set, object, partsEach }: OpenObjectOptions) {
    this.#run = run;
    this.#set = set;
    this.#object = object;
    this.#partsEach = partsEach;
  }

  /** Begun by whoever comes first. */
  upload(signal: AbortSignal): Promise<Upload> {
    this.#set.begin(this.#object);
    this.#upload ??= this.#run.startUpload(this.#set.key(this.#object), { signal });
    return this.#upload;
  }

  /** Completes it if every part arrived. */
  async close(signal: AbortSignal): Promise<void> {
    const upload = await this.#upload?.catch(() => undefined);
    if (upload === undefined) return;
    if (this.sent.length === this.#partsEach) {
      const parts = this.sent.toSorted((a, b) => a.partNumber - b.partNumber);
      await upload.complete(parts, { signal });
    } else await upload.abort({ signal });
    this.#run.closed(upload);
  }
}

interface OpenObjectOptions {
  readonly set: ObjectSet;
  readonly object: number;
  readonly partsEach: number;
}
