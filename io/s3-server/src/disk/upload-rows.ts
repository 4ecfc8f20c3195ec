import type { Statement } from "bun:sqlite";
import { S3Error } from "@breakwater/s3";
import type { SqliteFile } from "@breakwater/sqlite-file";
import type { Step } from "./commits.ts";
import type { Contents } from "./contents.ts";
import type { CompletedUpload, NewPart, NewUpload, StoredPart, StoredUpload } from "./disk.ts";
import {
  aboutUpload,
  type PieceRow,
  toStoredPart,
  toStoredUpload,
  type UploadRow,
  uploadColumns,
} from "./rows.ts";

/** The table of uploads, and their parts. What changes rows is called within a step. */
export class UploadRows {
  readonly #contents: Contents;
  readonly #one: Statement<UploadRow & { readonly bucket_name: string }, [id: string]>;
  readonly #from: Statement<UploadRow, [bucket: number, key: string, no: number, limit: number]>;
  readonly #parts: Statement<PieceRow, [id: string]>;
  readonly #insert: Statement<void, InsertParameters>;
  readonly #delete: Statement<void, [id: string]>;
  readonly #ofDropped: Statement<{ readonly id: string }, [limit: number]>;
  readonly #deleteDropped: Statement<void, []>;

  constructor(index: SqliteFile, contents: Contents) {
    this.#contents = contents;
    this.#one = index.prepare(
      `SELECT uploads.*, buckets.name AS bucket_name FROM uploads
       JOIN buckets ON buckets.no = uploads.bucket WHERE id = ?`,
    );
    this.#from = index.prepare(
      `SELECT ${uploadColumns} FROM uploads WHERE bucket = ? AND (key, no) > (?, ?)
       ORDER BY key, no LIMIT ?`,
    );
    this.#parts = index.prepare("SELECT * FROM pieces WHERE owner = ? AND seq = 0 ORDER BY part");
    this.#insert = index.prepare(
      "INSERT INTO uploads (id, bucket, key, started_ms, about) VALUES (?, ?, ?, ?, ?)",
    );
    this.#delete = index.prepare("DELETE FROM uploads WHERE id = ?");
    this.#ofDropped = index.prepare(
      `SELECT id FROM uploads JOIN buckets ON buckets.no = uploads.bucket
       WHERE buckets.name IS NULL LIMIT ?`,
    );
    this.#deleteDropped = index.prepare("DELETE FROM buckets WHERE name IS NULL");
  }

  find(id: string): StoredUpload | undefined {
    const row = this.#one.get(id);
    // A deleted bucket has no name.
    return row === null || row.bucket_name === null
      ? undefined
      : toStoredUpload(row, row.bucket_name);
  }

  /** Some at a time, so that however many there are, few are in memory. */
  *all(bucket: { readonly name: string; readonly no: number }): Generator<StoredUpload> {
    let after: Pick<UploadRow, "key" | "no"> = { key: "", no: 0 };
    for (;;) {
      const rows = this.#from.all(bucket.no, after.key, after.no, MAX_ROWS);
      for (const row of rows) yield toStoredUpload(row, bucket.name);
      if (rows.length < MAX_ROWS) return;
      after = rows.at(-1)!;
    }
  }

  parts(id: string): readonly StoredPart[] {
    return this.#parts.all(id).map((row) => toStoredPart(id, row));
  }

  insert(id: string, bucket: number, upload: NewUpload): void {
    this.#insert.run(id, bucket, upload.key, upload.startedMs, aboutUpload(upload));
  }

  putPart(id: string, part: NewPart, step: Step): boolean {
    if (this.find(id) === undefined) return false;
    const { partNumber, bytes, etag, modifiedMs, checksum, content } = part;
    const about = { bytes, etag, modifiedMs, checksum };
    this.#contents.storePart({ owner: id, part: partNumber, about }, content, step);
    return true;
  }

  /** The upload and those parts of it. Throws S3Error if any is not there. */
  named(upload: CompletedUpload): {
    readonly upload: StoredUpload;
    readonly used: readonly StoredPart[];
  } {
    const { uploadId, bucket, key } = upload;
    const found = this.find(uploadId);
    if (found?.bucket !== bucket || found.key !== key) throw new S3Error("NoSuchUpload");
    const parts = new Map(this.parts(uploadId).map((part) => [part.partNumber, part]));
    const used = upload.parts.map(({ partNumber, etag }) => {
      const part = parts.get(partNumber);
      if (part?.etag !== etag) throw new S3Error("InvalidPart");
      return part;
    });
    return { upload: found, used };
  }

  /** Its parts belong to an object from now on, but for those that are not named. */
  complete({ uploadId, parts }: CompletedUpload, step: Step): void {
    const named = new Set(parts.map(({ partNumber }) => partNumber));
    for (const { part } of this.#parts.all(uploadId)) {
      if (!named.has(part)) this.#contents.dropPart(uploadId, part, step);
    }
    this.#delete.run(uploadId);
  }

  abort(id: string): void {
    this.#delete.run(id);
    this.#contents.dropAll(id);
  }

  /** Those of deleted buckets, some at a time. False if nothing is left. */
  dropSome(): boolean {
    const rows = this.#ofDropped.all(MAX_ROWS);
    for (const { id } of rows) this.abort(id);
    if (rows.length === 0) this.#deleteDropped.run();
    return rows.length > 0;
  }
}

const MAX_ROWS = 200;

type InsertParameters = [id: string, bucket: number, key: string, startedMs: number, about: string];
