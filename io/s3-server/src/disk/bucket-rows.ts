import type { Statement } from "bun:sqlite";
import { type CorsRule, S3Error } from "@breakwater/s3";
import type { SqliteFile } from "@breakwater/sqlite-file";
import type { StoredBucket } from "./disk.ts";

/** The table of buckets. What changes rows is called within a step. */
export class BucketRows {
  readonly #all: Statement<BucketRow, []>;
  readonly #one: Statement<BucketRow, [name: string]>;
  readonly #no: Statement<{ readonly no: number }, [name: string]>;
  readonly #insert: Statement<void, [name: string, createdMs: number]>;
  readonly #setCors: Statement<void, [cors: string, no: number]>;
  readonly #drop: Statement<void, [no: number]>;

  constructor(index: SqliteFile) {
    this.#all = index.prepare(`SELECT * FROM buckets WHERE name IS NOT NULL ORDER BY name`);
    this.#one = index.prepare("SELECT * FROM buckets WHERE name = ?");
    this.#no = index.prepare("SELECT no FROM buckets WHERE name = ?");
    this.#insert = index.prepare(
      "INSERT INTO buckets (name, created_ms, cors) VALUES (?, ?, '[]')",
    );
    this.#setCors = index.prepare("UPDATE buckets SET cors = ? WHERE no = ?");
    this.#drop = index.prepare("UPDATE buckets SET name = NULL WHERE no = ?");
  }

  all(): readonly StoredBucket[] {
    return this.#all.all().map(toStoredBucket);
  }

  find(name: string): StoredBucket | undefined {
    const row = this.#one.get(name);
    return row === null ? undefined : toStoredBucket(row);
  }

  tryNo(name: string): number | undefined {
    return this.#no.get(name)?.no;
  }

  /** Throws S3Error NoSuchBucket. */
  no(name: string): number {
    const no = this.tryNo(name);
    if (no === undefined) throw new S3Error("NoSuchBucket");
    return no;
  }

  insert(name: string, createdMs: number): void {
    this.#insert.run(name, createdMs);
  }

  setCors(no: number, rules: readonly CorsRule[]): void {
    this.#setCors.run(JSON.stringify(rules), no);
  }

  /** It has no name any more; its uploads are dropped little by little. */
  drop(no: number): void {
    this.#drop.run(no);
  }
}

interface BucketRow {
  readonly no: number;
  readonly name: string;
  readonly created_ms: number;
  readonly cors: string;
}

function toStoredBucket({ name, created_ms: createdMs, cors }: BucketRow): StoredBucket {
  return { name, createdMs, cors: JSON.parse(cors) as CorsRule[] };
}
