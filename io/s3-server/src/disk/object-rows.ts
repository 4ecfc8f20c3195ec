import type { Statement } from "bun:sqlite";
import type { KeyCursor, Tag } from "@breakwater/s3";
import type { SqliteFile } from "@breakwater/sqlite-file";
import type { Step } from "./commits.ts";
import type { Contents } from "./contents.ts";
import type { NewObject, StoredObject, WriteCheck } from "./disk.ts";
import { objectCursors } from "./object-cursor.ts";
import { aboutObject, contentOf, type ObjectRow, objectColumns, toStoredObject } from "./rows.ts";

/** The table of objects. What changes rows is called within a step. */
export class ObjectRows {
  readonly #contents: Contents;
  readonly #one: Statement<ObjectRow, [bucket: string, key: string]>;
  readonly #ofBucket: Statement<ObjectRow, [bucket: number, key: string]>;
  readonly #any: Statement<unknown, [bucket: number]>;
  readonly #put: Statement<void, PutParameters>;
  readonly #delete: Statement<void, [bucket: number, key: string]>;
  readonly #setAbout: Statement<void, [about: string, bucket: number, key: string]>;
  readonly cursor: (bucket: number) => KeyCursor<StoredObject>;

  constructor(index: SqliteFile, contents: Contents) {
    this.#contents = contents;
    const select = `SELECT ${objectColumns} FROM objects WHERE`;
    this.#one = index.prepare(
      `${select} bucket = (SELECT no FROM buckets WHERE name = ?) AND key = ?`,
    );
    this.#ofBucket = index.prepare(`${select} bucket = ? AND key = ?`);
    this.#any = index.prepare("SELECT 1 FROM objects WHERE bucket = ? LIMIT 1");
    this.#put = index.prepare("INSERT OR REPLACE INTO objects VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
    this.#delete = index.prepare("DELETE FROM objects WHERE bucket = ? AND key = ?");
    this.#setAbout = index.prepare("UPDATE objects SET about = ? WHERE bucket = ? AND key = ?");
    this.cursor = objectCursors(index);
  }

  find(bucket: string, key: string): StoredObject | undefined {
    const row = this.#one.get(bucket, key);
    return row === null ? undefined : toStoredObject(row);
  }

  hasAny(bucket: number): boolean {
    return this.#any.get(bucket) !== null;
  }

  /** Refuses if `check` does, and drops what is in its place; `place` then stores its content. */
  put({ bucket, object, parts }: ObjectToPut, check: WriteCheck, step: Step): StoredObject {
    const { key, bytes, etag, modifiedMs, metadata, tags, checksum } = object;
    const current = this.#ofBucket.get(bucket, key);
    check(current === null ? undefined : toStoredObject(current));
    const place = object.place(step);
    if (current !== null) this.#contents.drop(current, step);
    const { content, pieces } = place;
    const about = aboutObject(object);
    this.#put.run(
      bucket,
      key,
      bytes,
      etag,
      modifiedMs,
      about,
      content,
      pieces,
      parts?.text ?? null,
    );
    return {
      ...{ key, bytes, etag, modifiedMs, metadata, tags, checksum },
      partBytes: parts?.bytes,
      content: contentOf({ ...place, bytes }),
    };
  }

  delete(
    { bucket, key }: { readonly bucket: number; readonly key: string },
    check: WriteCheck,
    step: Step,
  ): boolean {
    const current = this.#ofBucket.get(bucket, key);
    check(current === null ? undefined : toStoredObject(current));
    if (current === null) return false;
    this.#contents.drop(current, step);
    this.#delete.run(bucket, key);
    return true;
  }

  setTags(bucket: number, key: string, tags: readonly Tag[]): boolean {
    const current = this.#ofBucket.get(bucket, key);
    if (current === null) return false;
    this.#setAbout.run(aboutObject({ ...toStoredObject(current), tags }), bucket, key);
    return true;
  }
}

export interface ObjectToPut {
  readonly bucket: number;
  readonly object: Omit<NewObject, "bucket" | "content"> & {
    readonly place: (step: Step) => Pick<ObjectRow, "content" | "pieces">;
  };
  readonly parts: { readonly bytes: readonly number[]; readonly text: string } | undefined;
}

type PutParameters = [
  bucket: number,
  key: string,
  bytes: number,
  etag: string,
  modifiedMs: number,
  about: string,
  content: string | number | null,
  pieces: string | null,
  parts: string | null,
];
