import type { Statement } from "bun:sqlite";
import type { KeyCursor } from "@breakwater/s3";
import type { SqliteFile } from "@breakwater/sqlite-file";
import type { StoredObject } from "./disk.ts";
import { type ObjectRow, objectColumns, toStoredObject } from "./rows.ts";

/** Opens cursors over a bucket's objects. */
export function objectCursors(index: SqliteFile): (bucket: number) => KeyCursor<StoredObject> {
  const select = (than: string): RowsOf =>
    index.prepare(
      `SELECT ${objectColumns} FROM objects WHERE bucket = ? AND key ${than} ? ORDER BY key LIMIT ?`,
    );
  const statements = { from: select(">="), after: select(">") };
  return (bucket) => new ObjectCursor(statements, bucket);
}

type RowsOf = Statement<ObjectRow, [bucket: number, key: string, limit: number]>;

/** Who only seeks, as for common prefixes, should not read on; who walks should seldom ask. */
const FIRST_ROWS = 2;
const MORE_ROWS = 8;
const MAX_ROWS = 512;

class ObjectCursor implements KeyCursor<StoredObject> {
  readonly #statements: { readonly from: RowsOf; readonly after: RowsOf };
  readonly #bucket: number;
  #rows: readonly ObjectRow[] = [];
  #at = 0;
  #limit: number = FIRST_ROWS;

  constructor(statements: { readonly from: RowsOf; readonly after: RowsOf }, bucket: number) {
    this.#statements = statements;
    this.#bucket = bucket;
  }

  seek(key: string): StoredObject | undefined {
    this.#limit = FIRST_ROWS;
    this.#rows = this.#statements.from.all(this.#bucket, key, this.#limit);
    this.#at = 0;
    return this.#current();
  }

  next(): StoredObject | undefined {
    this.#at += 1;
    if (this.#at === this.#limit) {
      const { key } = this.#rows.at(-1)!;
      this.#limit = Math.min(this.#limit * MORE_ROWS, MAX_ROWS);
      this.#rows = this.#statements.after.all(this.#bucket, key, this.#limit);
      this.#at = 0;
    }
    return this.#current();
  }

  #current(): StoredObject | undefined {
    const row = this.#rows[this.#at];
    return row && toStoredObject(row);
  }
}
