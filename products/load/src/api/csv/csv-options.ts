export interface CsvOptions {
  readonly delimiter: string;
  readonly asObjects: boolean;
  readonly skipFirstLine: boolean;
  /** Records to pass over, the header among them; 0 for none. */
  readonly fromLine: number;
  /** The last record's index, from 0; 0 for all. */
  readonly toLine: number;
}

/** Options of csv.parse() and csv.Parser, as k6 reads them. Throws a TypeError. */
export function readCsvOptions(given: unknown): CsvOptions {
  if (given !== undefined && (typeof given !== "object" || given === null)) {
    throw new TypeError(`Cannot use ${String(given)} as options of CSV: give an object`);
  }
  const from = (given ?? {}) as Readonly<Record<string, unknown>>;
  const options: CsvOptions = {
    delimiter: readDelimiter(from.delimiter),
    asObjects: Boolean(from.asObjects),
    skipFirstLine: Boolean(from.skipFirstLine),
    fromLine: readLine("fromLine", from.fromLine),
    toLine: readLine("toLine", from.toLine),
  };
  assertFitting(options, from.toLine !== undefined && from.fromLine !== undefined);
  return options;
}

function assertFitting(options: CsvOptions, hasBothLines: boolean): void {
  const { asObjects, skipFirstLine, fromLine, toLine } = options;
  if (hasBothLines && fromLine >= toLine) {
    throw new TypeError(`Cannot read CSV from line ${fromLine} to ${toLine}: fromLine comes first`);
  }
  if (asObjects && (skipFirstLine || fromLine > 0)) {
    const other = skipFirstLine ? "skipFirstLine" : "fromLine";
    throw new TypeError(
      `Cannot read CSV with asObjects and ${other}: the first line is the header, leave out one`,
    );
  }
}

function readDelimiter(value: unknown = ","): string {
  if (typeof value === "string" && /^[^"\r\n\0\uFFFD]$/.test(value)) return value;
  const advice = 'give one character, neither " nor a line break';
  throw new TypeError(`Cannot part CSV by ${JSON.stringify(value)}: ${advice}`);
}

function readLine(name: string, value: unknown = 0): number {
  const line = Math.trunc(Number(value)) || 0;
  if (line >= 0) return line;
  throw new TypeError(`Cannot read CSV with ${name} ${String(value)}: give 0 or more`);
}
