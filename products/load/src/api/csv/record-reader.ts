/** A quote that is never closed would make the rest of the file one field. */
const MAX_FIELD_CHARACTERS = 2 ** 24;

/**
 * CSV as Go's encoding/csv reads it, and so k6: RFC 4180 with a delimiter to choose, lines that end
 * in LF or CRLF, empty lines passed over, as many fields in each record as in the first.
 *
 * Hot path: a line without quotes is decoded and split, 3 million fields a second; nothing is kept
 * but the place in the bytes.
 */
export class RecordReader {
  readonly #bytes: Uint8Array;
  readonly #delimiter: string;
  #offset = 0;
  #recordStart = 0;
  #line = 0;
  #fieldCount: number | undefined;

  constructor(bytes: Uint8Array, delimiter: string) {
    this.#bytes = bytes;
    this.#delimiter = delimiter;
  }

  /** Where the last record started: somewhere to go to. */
  get recordStart(): number {
    return this.#recordStart;
  }

  goTo(offset: number): void {
    this.#offset = offset;
  }

  /** undefined at the end. Throws a TypeError that names the line. */
  next(): string[] | undefined {
    let line = "";
    while (line === "") {
      this.#recordStart = this.#offset;
      const next = this.#nextLine();
      if (next === undefined) return undefined;
      line = next;
    }
    const fields = line.includes('"') ? this.#quoted(line) : line.split(this.#delimiter);
    this.#fieldCount ??= fields.length;
    if (fields.length === this.#fieldCount) return fields;
    const wanted = `the first record has ${this.#fieldCount} fields`;
    throw this.#error(`it has ${fields.length} fields, ${wanted}`);
  }

  #quoted(first: string): string[] {
    const fields: string[] = [];
    let line = first;
    let at = 0;
    for (;;) {
      if (line[at] !== '"') {
        const stop = line.indexOf(this.#delimiter, at);
        const field = stop === -1 ? line.slice(at) : line.slice(at, stop);
        if (field.includes('"')) throw this.#error(`a quote stands within "${shorten(field)}"`);
        fields.push(field);
        if (stop === -1) return fields;
        at = stop + 1;
        continue;
      }
      const field = this.#quotedField(line, at + 1);
      fields.push(field.value);
      if (field.end === field.line.length) return fields;
      line = field.line;
      at = field.end + 1;
    }
  }

  /** What stands between quotes, over as many lines as it goes on; `end` is behind the last. */
  #quotedField(first: string, start: number): { value: string; line: string; end: number } {
    let value = "";
    let line = first;
    let at = start;
    for (;;) {
      const quote = line.indexOf('"', at);
      if (quote === -1) {
        value += `${line.slice(at)}\n`;
        line = this.#continued(value);
        at = 0;
        continue;
      }
      value += line.slice(at, quote);
      const behind = line[quote + 1];
      if (behind === undefined || behind === this.#delimiter) {
        return { value, line, end: quote + 1 };
      }
      if (behind !== '"') throw this.#error("text follows a closing quote");
      value += '"';
      at = quote + 2;
    }
  }

  #continued(soFar: string): string {
    const line = this.#nextLine();
    if (line !== undefined && soFar.length <= MAX_FIELD_CHARACTERS) return line;
    throw this.#error(`a quote is not closed: "${shorten(soFar)}"`);
  }

  /** Without its end; undefined after the last. */
  #nextLine(): string | undefined {
    const bytes = this.#bytes;
    const start = this.#offset;
    if (start >= bytes.length) return undefined;
    const feed = bytes.indexOf(LINE_FEED, start);
    const stop = feed === -1 ? bytes.length : feed;
    this.#offset = stop + 1;
    this.#line += 1;
    const end = stop > start && bytes[stop - 1] === CARRIAGE_RETURN ? stop - 1 : stop;
    return decoder.decode(bytes.subarray(start, end));
  }

  #error(why: string): TypeError {
    return new TypeError(`Cannot read line ${this.#line} of the CSV: ${why}`);
  }
}

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** A byte order mark is part of the first field in k6. */
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

function shorten(text: string): string {
  return text.length <= 40 ? text : `${text.slice(0, 40)}…`;
}
