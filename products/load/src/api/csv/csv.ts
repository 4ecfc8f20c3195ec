import type { VuContext } from "../../vu/vu-context.ts";
import { sharedList } from "../data/shared-list.ts";
import { FsFile } from "../fs/fs-file.ts";
import { type CsvOptions, readCsvOptions } from "./csv-options.ts";
import { RecordReader } from "./record-reader.ts";

type Row = readonly string[] | Readonly<Record<string, string>>;

/**
 * parse() of k6/experimental/csv: all rows at once, as an array that all VUs share. Kept are the
 * file's bytes and where each row starts; a row is made when it is read. Rejects with a TypeError
 * for what is no CSV (RFC 4180, as Go reads it).
 */
export async function parseCsv(
  vu: VuContext,
  file: unknown,
  given: unknown,
): Promise<readonly Row[]> {
  const { path, bytes } = asFile(file);
  const options = readCsvOptions(given);
  const name = JSON.stringify([path, bytes.length, options]);
  return vu.test.shared("csv", name, () => {
    const rows = new Rows(bytes, options);
    const starts: number[] = [];
    for (let start = rows.skip(); start !== undefined; start = rows.skip()) starts.push(start);
    return sharedList(starts.length, (index) => rows.at(starts[index]!));
  });
}

interface ParseResult {
  readonly done: boolean;
  /** Empty when done. */
  readonly value: Row;
}

interface CsvParser {
  next(): Promise<ParseResult>;
}

/** Parser of k6/experimental/csv: one row after the other, each VU at its own pace. */
export function parserClass(vu: VuContext): new (file: unknown, options?: unknown) => CsvParser {
  return class Parser implements CsvParser {
    readonly #rows: Rows;

    constructor(file: unknown, options?: unknown) {
      vu.activity.assertLoading("make a CSV Parser");
      this.#rows = new Rows(asFile(file).bytes, readCsvOptions(options));
    }

    async next(): Promise<ParseResult> {
      const value = this.#rows.next();
      return value === undefined ? { done: true, value: [] } : { done: false, value };
    }
  };
}

function asFile(file: unknown): { readonly path: string; readonly bytes: Uint8Array } {
  const bytes = FsFile.rest(file);
  if (bytes !== undefined) return { path: (file as FsFile).path, bytes };
  const advice = "give a file that open() of k6/experimental/fs opened";
  throw new TypeError(`Cannot read ${String(file)} as CSV: ${advice}`);
}

/** The rows that the options ask for. */
class Rows {
  readonly #reader: RecordReader;
  /** The header's, when rows are objects. */
  readonly #names: readonly string[] | undefined;
  readonly #lastLine: number;
  /** Records read, the header among them: k6's lines. */
  #line = 0;

  constructor(bytes: Uint8Array, options: CsvOptions) {
    const { delimiter, asObjects, skipFirstLine, fromLine, toLine } = options;
    this.#reader = new RecordReader(bytes, delimiter);
    this.#lastLine = toLine === 0 ? Number.POSITIVE_INFINITY : toLine;
    if (asObjects) this.#names = this.#skipped(1);
    else if (skipFirstLine) this.#skipped(1);
    while (this.#line < fromLine) this.#skipped(fromLine);
  }

  next(): Row | undefined {
    const record = this.#read();
    return record && this.#toRow(record);
  }

  /** Where the next row starts, having passed over it; undefined at the end. */
  skip(): number | undefined {
    return this.#read() && this.#reader.recordStart;
  }

  /** The row that starts there. Where the reader goes on is undefined afterwards. */
  at(start: number): Row {
    this.#reader.goTo(start);
    return this.#toRow(this.#reader.next() ?? []);
  }

  #read(): readonly string[] | undefined {
    if (this.#line > this.#lastLine) return undefined;
    this.#line += 1;
    return this.#reader.next();
  }

  #skipped(line: number): readonly string[] {
    const record = this.#reader.next();
    this.#line += 1;
    if (record) return record;
    throw new TypeError(`Cannot read CSV up to line ${line}: it ends before`);
  }

  #toRow(record: readonly string[]): Row {
    const names = this.#names;
    if (names === undefined) return record;
    return Object.fromEntries(names.map((name, index) => [name, record[index]!]));
  }
}
