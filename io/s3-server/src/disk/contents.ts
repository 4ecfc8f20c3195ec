import { S3Error } from "@breakwater/s3";
import type { SqliteFile } from "@breakwater/sqlite-file";
import type { Step } from "./commits.ts";
import { type Fresh, type Held, type Piece, type Stored, toHeld, toStored } from "./content.ts";
import type { ContentFiles } from "./content-files.ts";
import { readerOfBytes, readerOfFile, readerOfPieces, type Stretch } from "./content-reader.ts";
import { openWriter } from "./content-writer.ts";
import type { Content, ContentReader } from "./disk.ts";
import type { AboutPart, ObjectRow, PieceRow, piecesOf } from "./rows.ts";
import { statementsOf } from "./statements.ts";

export interface ContentsOptions {
  readonly index: SqliteFile;
  readonly files: ContentFiles;
  readonly newId: () => string;
  /** Something of many pieces was dropped, or is no longer read: dropSome() has work. */
  readonly onDropped: () => void;
}

/**
 * Whose bytes are where: in the index, in a file, or in pieces. All that changes rows is called
 * within a step.
 */
export class Contents {
  readonly #files: ContentFiles;
  readonly #newId: () => string;
  readonly #onDropped: () => void;
  readonly #rows: ReturnType<typeof statementsOf>;
  /** Never used twice while this process runs: a number that is held stays what it was. */
  #nextNo: number;
  /** How many read the pieces of an owner. Their files stay until nobody does. */
  readonly #readers = new Map<string, number>();

  constructor({ index, files, newId, onDropped }: ContentsOptions) {
    this.#files = files;
    this.#newId = newId;
    this.#onDropped = onDropped;
    this.#rows = statementsOf(index);
    this.#nextNo = Number(index.prepare("SELECT max(no) FROM blobs").values()[0]?.[0] ?? 0) + 1;
  }

  /** What the row of an object says of its content. */
  store(content: Content, step: Step): Pick<ObjectRow, "content" | "pieces"> {
    const fresh = this.#toFresh(content);
    if (fresh.place !== "several") return { content: this.#storePiece(fresh, step), pieces: null };
    const owner = this.#newId();
    this.#storePieces({ owner, part: 1, pieces: fresh.pieces, about: null }, step);
    return { content: null, pieces: owner };
  }

  /** In place of what is there. */
  storePart({ owner, part, about }: PartToStore, content: Content, step: Step): void {
    const fresh = this.#toFresh(content);
    const pieces = fresh.place === "several" ? fresh.pieces : [fresh];
    this.dropPart(owner, part, step);
    const text = JSON.stringify({ ...about, pieces: pieces.length } satisfies AboutPart);
    this.#storePieces({ owner, part, pieces, about: text }, step);
  }

  /** Of an object that is gone or replaced. */
  drop({ content, pieces }: Pick<ObjectRow, "content" | "pieces">, step: Step): void {
    if (pieces !== null) this.dropAll(pieces);
    else this.#dropPiece(content!, step);
  }

  dropPart(owner: string, part: number, step: Step): void {
    for (const { content } of this.#rows.partPieces.all(owner, part)) {
      this.#dropPiece(content, step);
    }
    this.#rows.deletePart.run(owner, part);
  }

  /** All pieces of an owner, little by little. */
  dropAll(owner: string): void {
    this.#rows.insertDropped.run(owner);
    this.#onDropped();
  }

  /** Does a bounded part of what was dropped. False if nothing is left that can be done now. */
  dropSome(step: Step): boolean {
    const owners = this.#rows.dropped.all(this.#readers.size + 1);
    const owner = owners.find((one) => !this.#readers.has(one.owner))?.owner;
    if (owner === undefined) return false;
    const rows = this.#rows.somePieces.all(owner, 0, -1, MAX_PART, MAX_DROPPED);
    for (const { part, seq, content } of rows) {
      this.#dropPiece(content, step);
      this.#rows.deletePiece.run(owner, part, seq);
    }
    if (rows.length < MAX_DROPPED) this.#rows.deleteDropped.run(owner);
    return true;
  }

  read(content: Content, range: Stretch): ContentReader {
    const held = toHeld(content);
    switch (held.place) {
      case "memory":
        return readerOfBytes(held.data.slice(range.first, range.last + 1));
      case "index":
        return readerOfBytes(this.#blob(held.no).subarray(range.first, range.last + 1));
      case "file":
        return readerOfFile(this.#files, held.id, range);
      case "pieces": {
        const release = this.#hold(held.owner);
        return readerOfPieces(this.#readPieces(this.#pieces(held), range), release);
      }
      case "several":
        return readerOfPieces(this.#readPieces(held.pieces, range), () => {});
    }
  }

  async duplicate(content: Content, range: Stretch): Promise<Fresh> {
    const held = toHeld(content);
    const bytes = range.last + 1 - range.first;
    if (bytes === held.bytes) {
      if (held.place === "file") return await this.#link(held.id, bytes);
      if (held.place === "pieces") {
        using _held = { [Symbol.dispose]: this.#hold(held.owner) };
        const pieces = this.#fewPieces(held);
        if (pieces !== undefined) return await this.#linkAll(pieces, bytes);
      }
    }
    return await this.#copy(content, range);
  }

  /** Forgets what belongs to nobody. Harmless for what does. */
  discard(content: Content): void {
    const held = toHeld(content);
    if (held.place === "file") this.#files.discard(held.id);
    if (held.place === "several") for (const piece of held.pieces) this.discard(piece);
  }

  /** Of a file's name: does anything refer to it? */
  isFileUsed(id: string): boolean {
    return this.#rows.fileOfObject.get(id) !== null || this.#rows.fileOfPiece.get(id) !== null;
  }

  #toFresh(content: Content): Fresh {
    const held = toHeld(content);
    const isFresh = held.place === "file" ? this.#files.isFresh(held.id) : isUnstored(held);
    if (isFresh) return held as Fresh;
    throw new Error("Cannot put a content that belongs to another: duplicate it first");
  }

  #storePieces({ owner, part, pieces, about }: PiecesToStore, step: Step): void {
    pieces.forEach((piece, seq) => {
      const place = this.#storePiece(piece, step);
      this.#rows.insertPiece.run(owner, part, seq, piece.bytes, place, seq === 0 ? about : null);
    });
  }

  #storePiece(piece: Piece, step: Step): string | number {
    if (piece.place === "file") {
      step.kept.push(piece.id);
      return piece.id;
    }
    if (piece.bytes === 0) return 0;
    const no = this.#nextNo;
    this.#nextNo += 1;
    this.#rows.insertBlob.run(no, piece.data);
    return no;
  }

  #dropPiece(place: string | number, step: Step): void {
    if (typeof place === "string") step.doomed.push(place);
    else if (place > 0) this.#rows.deleteBlob.run(place);
  }

  #blob(no: number): Uint8Array {
    if (no === 0) return new Uint8Array(0);
    const row = this.#rows.blob.get(no);
    if (row === null) throw new S3Error("NoSuchKey");
    return row.data;
  }

  #hold(owner: string): () => void {
    this.#readers.set(owner, (this.#readers.get(owner) ?? 0) + 1);
    return () => {
      const left = this.#readers.get(owner)! - 1;
      if (left > 0) {
        this.#readers.set(owner, left);
        return;
      }
      this.#readers.delete(owner);
      this.#onDropped();
    };
  }

  *#pieces({ owner, partNumber }: PiecesHeld): Generator<Stored> {
    let after: Pick<PieceRow, "part" | "seq"> = { part: partNumber ?? 0, seq: -1 };
    const last = partNumber ?? MAX_PART;
    for (;;) {
      const rows = this.#rows.somePieces.all(owner, after.part, after.seq, last, MAX_ROWS);
      for (const { content, bytes } of rows) yield toStored(content, bytes);
      if (rows.length < MAX_ROWS) return;
      after = rows.at(-1)!;
    }
  }

  *#readPieces(pieces: Iterable<Held>, { first, last }: Stretch): Generator<() => ContentReader> {
    let start = 0;
    for (const piece of pieces) {
      if (start > last) return;
      const end = start + piece.bytes;
      const stretch = {
        first: Math.max(first, start) - start,
        last: Math.min(last + 1, end) - 1 - start,
      };
      if (stretch.first <= stretch.last) yield () => this.read(piece, stretch);
      start = end;
    }
  }

  /** `undefined` if there are more than is good to hold in memory. */
  #fewPieces(held: PiecesHeld): readonly Stored[] | undefined {
    const pieces: Stored[] = [];
    let indexed = 0;
    for (const piece of this.#pieces(held)) {
      if (piece.place === "index") indexed += 1;
      if (indexed > MAX_INDEXED_PIECES || pieces.length === MAX_LINKED_PIECES) return undefined;
      pieces.push(piece);
    }
    return pieces;
  }

  async #linkAll(pieces: readonly Stored[], bytes: number): Promise<Fresh> {
    const copies: Piece[] = [];
    try {
      for (const piece of pieces) {
        if (piece.place === "file") copies.push(await this.#link(piece.id, piece.bytes));
        if (piece.place === "index") copies.push(inMemory(this.#blob(piece.no)));
      }
    } catch (error) {
      for (const copy of copies) this.discard(copy);
      throw error;
    }
    return { kind: "content", place: "several", pieces: copies, bytes };
  }

  async #link(id: string, bytes: number): Promise<Piece> {
    return { kind: "content", place: "file", id: await this.#files.duplicate(id), bytes };
  }

  async #copy(content: Content, range: Stretch): Promise<Fresh> {
    using reader = this.read(content, range);
    const writer = openWriter(this.#files, range.last + 1 - range.first);
    try {
      for (;;) {
        const next = reader.next();
        const bytes = next instanceof Promise ? await next : next;
        if (bytes === undefined) break;
        if (!writer.write(bytes)) {
          await new Promise<void>((resolve) => writer.onDrain(resolve));
        }
      }
      return toHeld(await writer.finish()) as Fresh;
    } catch (error) {
      writer.discard();
      throw error;
    }
  }
}

type PiecesHeld = Pick<ReturnType<typeof piecesOf>, "owner" | "partNumber">;

interface PartToStore {
  readonly owner: string;
  readonly part: number;
  readonly about: Omit<AboutPart, "pieces">;
}

interface PiecesToStore {
  readonly owner: string;
  readonly part: number;
  readonly pieces: readonly Piece[];
  readonly about: string | null;
}

/** In one step: some milliseconds. */
const MAX_DROPPED = 500;
const MAX_ROWS = 500;
/** Above every part's number. */
const MAX_PART = 2 ** 31;
/** A copy is linked up to these, and a new file beyond. */
const MAX_LINKED_PIECES = 10_000;
const MAX_INDEXED_PIECES = 100;

function inMemory(data: Uint8Array): Piece {
  return { kind: "content", place: "memory", data, bytes: data.length };
}

function isUnstored({ place }: Held): boolean {
  return place === "memory" || place === "several";
}
