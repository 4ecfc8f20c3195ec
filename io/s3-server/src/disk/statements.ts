import type { Statement } from "bun:sqlite";
import type { SqliteFile } from "@breakwater/sqlite-file";
import type { PieceRow } from "./rows.ts";

/** Of the tables that hold contents, prepared once. */
export function statementsOf(index: SqliteFile): ContentStatements {
  return {
    insertBlob: index.prepare("INSERT INTO blobs VALUES (?, ?)"),
    blob: index.prepare("SELECT data FROM blobs WHERE no = ?"),
    deleteBlob: index.prepare("DELETE FROM blobs WHERE no = ?"),
    insertPiece: index.prepare("INSERT INTO pieces VALUES (?, ?, ?, ?, ?, ?)"),
    partPieces: index.prepare("SELECT * FROM pieces WHERE owner = ? AND part = ?"),
    somePieces: index.prepare(
      "SELECT * FROM pieces WHERE owner = ? AND (part, seq) > (?, ?) AND part <= ? " +
        "ORDER BY part, seq LIMIT ?",
    ),
    deletePart: index.prepare("DELETE FROM pieces WHERE owner = ? AND part = ?"),
    deletePiece: index.prepare("DELETE FROM pieces WHERE owner = ? AND part = ? AND seq = ?"),
    insertDropped: index.prepare("INSERT INTO dropped VALUES (?)"),
    dropped: index.prepare("SELECT owner FROM dropped LIMIT ?"),
    deleteDropped: index.prepare("DELETE FROM dropped WHERE owner = ?"),
    fileOfObject: index.prepare(
      "SELECT 1 FROM objects WHERE content = ? AND typeof(content) = 'text'",
    ),
    fileOfPiece: index.prepare(
      "SELECT 1 FROM pieces WHERE content = ? AND typeof(content) = 'text'",
    ),
  };
}

export interface ContentStatements {
  readonly insertBlob: Statement<void, [no: number, data: Uint8Array]>;
  readonly blob: Statement<{ readonly data: Uint8Array }, [no: number]>;
  readonly deleteBlob: Statement<void, [no: number]>;
  readonly insertPiece: Statement<
    void,
    [
      owner: string,
      part: number,
      seq: number,
      bytes: number,
      content: string | number,
      about: string | null,
    ]
  >;
  readonly partPieces: Statement<PieceRow, [owner: string, part: number]>;
  readonly somePieces: Statement<
    PieceRow,
    [owner: string, afterPart: number, afterSeq: number, lastPart: number, limit: number]
  >;
  readonly deletePart: Statement<void, [owner: string, part: number]>;
  readonly deletePiece: Statement<void, [owner: string, part: number, seq: number]>;
  readonly insertDropped: Statement<void, [owner: string]>;
  readonly dropped: Statement<{ readonly owner: string }, [limit: number]>;
  readonly deleteDropped: Statement<void, [owner: string]>;
  readonly fileOfObject: Statement<unknown, [id: string]>;
  readonly fileOfPiece: Statement<unknown, [id: string]>;
}
