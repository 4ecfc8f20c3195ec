import {
  type FoundObject,
  type ObjectStore,
  ObjectStoreError,
  type Upload,
  type UploadedPart,
} from "@breakwater/object-store";
import { z } from "zod";
import type { FileSpace } from "../file-space.ts";
import { FilesError } from "../files-error.ts";
import { partBytesFor } from "../uploads/part-filler.ts";
import { TUS_PREFIX } from "./tus-prefix.ts";

/** What was said when an upload was begun: an object in the store. */
export interface TusInfo {
  /** When it ends, so that a listing has them in that order, and a random part. */
  readonly id: string;
  /** Of the space whose it is. */
  readonly prefix: string;
  /** Where the file goes. */
  readonly key: string;
  readonly bytes: number;
  readonly contentType: string;
  /** Upload-Metadata as it came. */
  readonly metadata: string;
  readonly ifNoneMatch?: "*" | undefined;
  /** Of the multipart upload, once a part of it was full. */
  readonly uploadId?: string | undefined;
  /** The file is where it belongs. */
  readonly isDone?: boolean | undefined;
}

/** How far an upload has come. */
export interface TusState {
  readonly info: TusInfo;
  readonly offset: number;
  /** In the store, from the first, without a gap, all of the same size. */
  readonly parts: readonly UploadedPart[];
  /** What has come behind them. */
  readonly tailBytes: number;
}

const infoSchema = z.object({
  id: z.string(),
  prefix: z.string(),
  key: z.string(),
  bytes: z.number(),
  contentType: z.string(),
  metadata: z.string(),
  ifNoneMatch: z.literal("*").optional(),
  uploadId: z.string().optional(),
  isDone: z.boolean().optional(),
});

const ID = /^[0-9a-f]{9}-[0-9a-f-]{36}$/;

/** Says which upload an object belongs to, so that its completion is recognised after a crash. */
const ID_FIELD = "tus-upload";
/** Where in the file a tail begins. */
const OFFSET_FIELD = "offset";

/**
 * Uploads that are under way. All that is known of one is in the store, so that any process can go
 * on with it: what was said of it, the parts of a multipart upload, and behind them a tail that is
 * no part yet. What is in the store counts, and nothing else does.
 */
export class TusUploads {
  readonly #store: ObjectStore;
  readonly #epochMs: () => number;

  constructor({ store, epochMs }: TusUploadsOptions) {
    this.#store = store;
    this.#epochMs = epochMs;
  }

  async create(info: TusInfo): Promise<TusState> {
    await this.#save(info);
    return { info, offset: 0, parts: [], tailBytes: 0 };
  }

  /** Throws FilesError "not_found" for those of other spaces, too, and "gone" after its time. */
  async find(id: string, { prefix }: Pick<FileSpace, "prefix">): Promise<TusState> {
    const info = ID.test(id) ? await this.#info(id) : undefined;
    if (info === undefined || info.prefix !== prefix) {
      throw new FilesError("not_found", "Cannot find that upload: it has ended, or never was");
    }
    if (expiryMs(id) <= this.#epochMs()) throw ended();
    return this.#state(info);
  }

  /** The multipart upload, begun if it is not yet, and then known to whoever comes later. */
  async multipart(info: TusInfo): Promise<Upload> {
    if (info.uploadId !== undefined) return this.#store.upload(info.key, info.uploadId);
    const upload = await this.#store.startUpload(info.key, putOptions(info));
    try {
      await this.#save({ ...info, uploadId: upload.uploadId });
    } catch (error) {
      await upload.abort().catch(() => {});
      throw error;
    }
    return upload;
  }

  async tail({ info, parts, tailBytes }: TusState): Promise<Uint8Array> {
    if (tailBytes === 0) return new Uint8Array(0);
    const found = await this.#store.get(tailKey(info.id));
    const bytes = await found?.toBytes();
    if (bytes?.length === tailBytes && startOf(found) === parts.length * partBytesFor(info.bytes)) {
      return bytes;
    }
    throw new FilesError("conflict", "The upload has changed meanwhile: ask HEAD for its offset");
  }

  /** In place of the one before, which counts until then. */
  async saveTail(info: TusInfo, { start, bytes }: Tail): Promise<void> {
    const metadata = { [OFFSET_FIELD]: String(start) };
    await this.#store.put(tailKey(info.id), bytes, { metadata });
  }

  /** The file from all of its bytes, if they are no more than a part. */
  async finishWhole(info: TusInfo, bytes: Uint8Array): Promise<void> {
    await this.#store.put(info.key, bytes, putOptions(info));
    await this.#finished(info);
  }

  async finishParts(info: TusInfo, done: FinishedParts): Promise<void> {
    await done.upload.complete(done.parts);
    await this.#finished({ ...info, uploadId: done.upload.uploadId });
  }

  /** With all that came; a file that is complete stays. Harmless again. */
  async remove(info: TusInfo): Promise<void> {
    if (info.uploadId !== undefined && info.isDone !== true) {
      await this.#store.upload(info.key, info.uploadId).abort().catch(ignoreGone);
    }
    await this.#store.deleteMany([tailKey(info.id), infoKey(info.id)]);
  }

  /** Removes those whose time is over, `maxUploads` at most; how many it were. */
  async removeExpired({ maxUploads }: { readonly maxUploads: number }): Promise<number> {
    let removed = 0;
    for await (const { key } of this.#store.listAll({ prefix: TUS_PREFIX })) {
      const id = /([^/]+)\.json$/.exec(key)?.[1];
      // The first of them ends first.
      if (removed === maxUploads || (id && expiryMs(id) > this.#epochMs())) break;
      const info = id === undefined || !ID.test(id) ? undefined : await this.#info(id);
      if (info === undefined) continue;
      await this.remove(info);
      removed += 1;
    }
    return removed;
  }

  async #state(info: TusInfo): Promise<TusState> {
    if (info.isDone === true) return done(info);
    const [parts, tail] = await Promise.all([
      this.#parts(info),
      this.#store.head(tailKey(info.id)),
    ]);
    if (parts === undefined) return this.#completed(info);
    const start = parts.length * partBytesFor(info.bytes);
    // The process ended before it could complete what has all its parts.
    if (start === info.bytes && info.uploadId !== undefined) {
      await this.finishParts(info, { upload: this.#store.upload(info.key, info.uploadId), parts });
      return done(info);
    }
    const tailBytes = tail !== undefined && startOf(tail) === start ? tail.bytes : 0;
    return { info, offset: start + tailBytes, parts, tailBytes };
  }

  /** Those that count; undefined if the multipart upload is gone. */
  async #parts(info: TusInfo): Promise<readonly UploadedPart[] | undefined> {
    if (info.uploadId === undefined) return [];
    try {
      const parts = await this.#store.upload(info.key, info.uploadId).parts();
      const size = partBytesFor(info.bytes);
      const sorted = parts.toSorted((a, b) => a.partNumber - b.partNumber);
      const gap = sorted.findIndex(
        ({ partNumber, bytes }, index) => partNumber !== index + 1 || bytes !== size,
      );
      return gap < 0 ? sorted : sorted.slice(0, gap);
    } catch (error) {
      return ignoreGone(error);
    }
  }

  /** The process ended between completing a file and writing that down; or somebody aborted it. */
  async #completed(info: TusInfo): Promise<TusState> {
    const file = await this.#store.head(info.key);
    if (file?.metadata[ID_FIELD] === info.id && file.bytes === info.bytes) return done(info);
    throw ended();
  }

  async #finished(info: TusInfo): Promise<void> {
    await this.#save({ ...info, isDone: true });
    await this.#store.delete(tailKey(info.id));
  }

  async #save(info: TusInfo): Promise<void> {
    await this.#store.put(infoKey(info.id), JSON.stringify(info), {
      contentType: "application/json",
    });
  }

  async #info(id: string): Promise<TusInfo | undefined> {
    const text = await (await this.#store.get(infoKey(id)))?.toText();
    return text === undefined ? undefined : infoSchema.parse(JSON.parse(text));
  }
}

export interface TusUploadsOptions {
  readonly store: ObjectStore;
  readonly epochMs: () => number;
}

export interface Tail {
  readonly start: number;
  readonly bytes: Uint8Array;
}

export interface FinishedParts {
  readonly upload: Upload;
  readonly parts: readonly UploadedPart[];
}

/** The id of an upload that ends then. */
export function newUploadId(expiresMs: number, newId: () => string): string {
  const seconds = Math.ceil(expiresMs / 1000);
  return `${seconds.toString(16).padStart(9, "0")}-${newId()}`;
}

export const expiryMs = (id: string): number => Number.parseInt(id.slice(0, 9), 16) * 1000;

const infoKey = (id: string): string => `${TUS_PREFIX}${id}.json`;
const tailKey = (id: string): string => `${TUS_PREFIX}${id}.tail`;

function putOptions({ id, contentType, ifNoneMatch }: TusInfo): {
  readonly contentType: string;
  readonly ifNoneMatch: "*" | undefined;
  readonly metadata: Readonly<Record<string, string>>;
} {
  return { contentType, ifNoneMatch, metadata: { [ID_FIELD]: id } };
}

const done = (info: TusInfo): TusState => ({
  info: { ...info, isDone: true },
  offset: info.bytes,
  parts: [],
  tailBytes: 0,
});

const startOf = (tail: Pick<FoundObject, "metadata"> | undefined): number =>
  Number(tail?.metadata[OFFSET_FIELD]);

const ended = (): FilesError =>
  new FilesError("gone", "Cannot go on with that upload, its time is over: begin a new one");

function ignoreGone(error: unknown): undefined {
  if (error instanceof ObjectStoreError && error.code === "no_such_upload") return undefined;
  throw error;
}
