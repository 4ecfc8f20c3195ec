import type { Content } from "./disk.ts";

/** What the contents that the disk hands out really are. */
export type Held = Fresh | Stored;

/** Belongs to nobody yet. */
export type Fresh = InMemory | InFile | InSeveral;

/** Belongs to an object or a part. */
export type Stored = InIndex | InFile | InPieces;

/** Small, and not yet written anywhere. */
export interface InMemory extends Content {
  readonly place: "memory";
  readonly data: Uint8Array;
  readonly bytes: number;
}

/** The copy of an object that was uploaded in parts: pieces as they come in a row. */
export interface InSeveral extends Content {
  readonly place: "several";
  readonly pieces: readonly Piece[];
  readonly bytes: number;
}

export type Piece = InMemory | InFile;

/** A row of the table `blobs`; 0 is of what has no bytes. */
export interface InIndex extends Content {
  readonly place: "index";
  readonly no: number;
  readonly bytes: number;
}

export interface InFile extends Content {
  readonly place: "file";
  readonly id: string;
  readonly bytes: number;
}

/** Rows of the table `pieces`: those of one part, or all of them. */
export interface InPieces extends Content {
  readonly place: "pieces";
  readonly owner: string;
  readonly partNumber: number | undefined;
  readonly bytes: number;
}

/** Every content that a disk is given back was made by it. */
export function toHeld(content: Content): Held {
  return content as Held;
}

/** What a column `content` says: a number is a row of `blobs`, a text the name of a file. */
export function toStored(place: string | number, bytes: number): InIndex | InFile {
  return typeof place === "number"
    ? { kind: "content", place: "index", no: place, bytes }
    : { kind: "content", place: "file", id: place, bytes };
}
