import { type CorsRule, type KeyCursor, S3Error, type Tag } from "@breakwater/s3";
import type { SqliteFile } from "@breakwater/sqlite-file";
import { BucketRows } from "./bucket-rows.ts";
import type { Commits, Step } from "./commits.ts";
import type { ContentFiles, Durability } from "./content-files.ts";
import type { Stretch } from "./content-reader.ts";
import { openWriter } from "./content-writer.ts";
import { Contents } from "./contents.ts";
import type {
  CompletedUpload,
  Content,
  ContentReader,
  ContentWriter,
  Disk,
  NewObject,
  NewPart,
  NewUpload,
  Place,
  StoredBucket,
  StoredObject,
  StoredPart,
  StoredUpload,
  WriteCheck,
} from "./disk.ts";
import { toDiskError } from "./failures.ts";
import { ObjectRows } from "./object-rows.ts";
import { partBytesText } from "./rows.ts";
import { UploadRows } from "./upload-rows.ts";

export interface FolderDiskOptions {
  readonly index: SqliteFile;
  readonly files: ContentFiles;
  readonly commits: Commits;
  readonly durability: Durability;
  readonly newId: () => string;
  /** Releases the folder; what is kept in it is settled. */
  readonly onClose: () => void;
}

/** An index in SQLite, and files. */
export class FolderDisk implements Disk {
  readonly #options: FolderDiskOptions;
  readonly #buckets: BucketRows;
  readonly #contents: Contents;
  readonly #objects: ObjectRows;
  readonly #uploads: UploadRows;
  #isUntidy: boolean = false;
  #tidying: Promise<void> | undefined;
  #sweeping: Promise<unknown> | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: FolderDiskOptions) {
    const { index, files, newId } = options;
    this.#options = options;
    this.#buckets = new BucketRows(index);
    this.#contents = new Contents({ index, files, newId, onDropped: () => this.tidy() });
    this.#objects = new ObjectRows(index, this.#contents);
    this.#uploads = new UploadRows(index, this.#contents);
  }

  buckets(): readonly StoredBucket[] {
    return this.#buckets.all();
  }

  bucket(name: string): StoredBucket | undefined {
    return this.#buckets.find(name);
  }

  createBucket(name: string, createdMs: number): Promise<boolean> {
    return this.#change(() => {
      if (this.#buckets.tryNo(name) !== undefined) return false;
      this.#buckets.insert(name, createdMs);
      return true;
    });
  }

  deleteBucket(name: string): Promise<"deleted" | "absent" | "not empty"> {
    return this.#remove(() => {
      const no = this.#buckets.tryNo(name);
      if (no === undefined) return "absent";
      if (this.#objects.hasAny(no)) return "not empty";
      this.#buckets.drop(no);
      this.tidy();
      return "deleted";
    });
  }

  setCors(bucket: string, rules: readonly CorsRule[] | undefined): Promise<void> {
    return this.#change(() => this.#buckets.setCors(this.#buckets.no(bucket), rules ?? []));
  }

  object({ bucket, key }: Place): StoredObject | undefined {
    return this.#objects.find(bucket, key);
  }

  objects(bucket: string): KeyCursor<StoredObject> {
    return this.#objects.cursor(this.#buckets.no(bucket));
  }

  write(bytes: number): ContentWriter {
    return openWriter(this.#options.files, bytes);
  }

  read(content: Content, range: Stretch): ContentReader {
    return this.#contents.read(content, range);
  }

  async duplicate(content: Content, range: Stretch): Promise<Content> {
    try {
      return await this.#contents.duplicate(content, range);
    } catch (error) {
      throw toDiskError(error);
    }
  }

  discard(content: Content): void {
    this.#contents.discard(content);
  }

  putObject(object: NewObject, check: WriteCheck): Promise<StoredObject> {
    const { content } = object;
    return this.#change((step) => {
      const bucket = this.#buckets.no(object.bucket);
      const place = (within: Step) => this.#contents.store(content, within);
      return this.#objects.put(
        { bucket, object: { ...object, place }, parts: undefined },
        check,
        step,
      );
    });
  }

  deleteObject({ bucket, key }: Place, check: WriteCheck): Promise<boolean> {
    return this.#remove((step) => {
      return this.#objects.delete({ bucket: this.#buckets.no(bucket), key }, check, step);
    });
  }

  deleteObjects(bucket: string, keys: readonly string[]): Promise<number> {
    return this.#remove((step) => {
      const no = this.#buckets.no(bucket);
      return keys.filter((key) => this.#objects.delete({ bucket: no, key }, () => {}, step)).length;
    });
  }

  setTags({ bucket, key }: Place, tags: readonly Tag[]): Promise<boolean> {
    return this.#change(() => this.#objects.setTags(this.#buckets.no(bucket), key, tags));
  }

  createUpload(upload: NewUpload): Promise<StoredUpload> {
    const uploadId = this.#options.newId();
    return this.#change(() => {
      this.#uploads.insert(uploadId, this.#buckets.no(upload.bucket), upload);
      return { ...upload, uploadId };
    });
  }

  upload({ bucket, key }: Place, uploadId: string): StoredUpload | undefined {
    const upload = this.#uploads.find(uploadId);
    return upload?.bucket === bucket && upload.key === key ? upload : undefined;
  }

  uploads(bucket: string): Iterable<StoredUpload> {
    return this.#uploads.all({ name: bucket, no: this.#buckets.no(bucket) });
  }

  putPart(uploadId: string, part: NewPart): Promise<boolean> {
    return this.#change((step) => this.#uploads.putPart(uploadId, part, step));
  }

  parts(uploadId: string): readonly StoredPart[] {
    return this.#uploads.find(uploadId) === undefined ? [] : this.#uploads.parts(uploadId);
  }

  completeUpload(completed: CompletedUpload, check: WriteCheck): Promise<StoredObject> {
    const { uploadId, key, etag, modifiedMs, checksum } = completed;
    return this.#change((step) => {
      const bucket = this.#buckets.no(completed.bucket);
      const { upload, used } = this.#uploads.named(completed);
      const { metadata, tags } = upload;
      const partBytes = used.map((part) => part.bytes);
      const bytes = partBytes.reduce((all, one) => all + one, 0);
      const place = () => ({ content: null, pieces: uploadId });
      const object = { key, bytes, etag, modifiedMs, metadata, tags, checksum, place };
      const parts = { bytes: partBytes, text: partBytesText(partBytes) };
      const stored = this.#objects.put({ bucket, object, parts }, check, step);
      this.#uploads.complete(completed, step);
      return stored;
    });
  }

  abortUpload(place: Place, uploadId: string): Promise<boolean> {
    return this.#remove(() => {
      if (this.upload(place, uploadId) === undefined) return false;
      this.#uploads.abort(uploadId);
      return true;
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** Goes on with what was dropped and not yet removed. */
  tidy(): void {
    this.#isUntidy = true;
    if (this.#closing === undefined) this.#tidying ??= this.#tidy();
  }

  /** After a crash: removes files that nobody refers to, in the background. */
  sweep(onSwept: (removed: number) => void): void {
    const isOver = () => this.#closing !== undefined;
    const sweeping = this.#options.files.sweep((id) => this.#contents.isFileUsed(id), isOver);
    // What it could not look at is looked at after the next crash.
    this.#sweeping = sweeping.then(onSwept, () => {});
  }

  async #tidy(): Promise<void> {
    try {
      while (this.#isUntidy && this.#closing === undefined) {
        this.#isUntidy = false;
        while (this.#closing === undefined && (await this.#tidySome()));
      }
    } catch (error) {
      // No room, or closed: it is gone on with after the next change of its kind or the next start.
      if (!(error instanceof S3Error)) throw error;
    } finally {
      this.#tidying = undefined;
    }
  }

  /** False if nothing is left. */
  #tidySome(): Promise<boolean> {
    const some = (step: Step) =>
      this.#uploads.dropSome() || this.#contents.dropSome(step) || this.#shrink();
    return this.#options.commits.change(some, { isAwaited: false, isFreeing: true });
  }

  /** Gives room that the index no longer needs back to the file system, some at a time. */
  #shrink(): boolean {
    const { index } = this.#options;
    const free = index.number("PRAGMA freelist_count");
    if (free < MIN_FREE_PAGES || free * 4 < index.number("PRAGMA page_count")) return false;
    index.run(`PRAGMA incremental_vacuum(${MAX_PAGES_FREED})`);
    return true;
  }

  async #close(): Promise<void> {
    const { commits, files, onClose } = this.#options;
    await this.#tidying;
    await this.#sweeping;
    await commits.close();
    files.discardFresh();
    await files.removed({ left: 0 });
    onClose();
  }

  #change<T>(run: (step: Step) => T): Promise<T> {
    return this.#options.commits.change(run, { isAwaited: true, isFreeing: false });
  }

  /** What comes back after a power cut can be removed again: only "strict" waits for it. */
  #remove<T>(run: (step: Step) => T): Promise<T> {
    const isAwaited = this.#options.durability === "strict";
    return this.#options.commits.change(run, { isAwaited, isFreeing: true });
  }
}

/** Of 16 KiB: up to 32 MiB are kept for what comes next. */
const MIN_FREE_PAGES = 2000;
/** In one step: some milliseconds. */
const MAX_PAGES_FREED = 200;
