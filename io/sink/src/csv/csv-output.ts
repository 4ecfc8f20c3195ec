import { badSetting, readers, readSettings, type SettingSources } from "../settings.ts";
import { type CsvTimeFormat, timeFormats } from "./time-formats.ts";

export interface CsvOutput {
  readonly kind: "csv";
  /** "-" is stdout; with .gz at its end it is compressed. */
  readonly path: string;
  readonly saveIntervalMs: number;
  readonly timeFormat: CsvTimeFormat;
  /** The system tags that are a column each, by name. */
  readonly columns: readonly string[];
  /** The system tags that are switched off: they are in no column. */
  readonly ignored: readonly string[];
}

/** `csv=FILE`, or `csv=fileName=FILE,saveInterval=1s,timeFormat=unix`. Throws a SinkError. */
export function parseCsvOutput(
  argument: string,
  sources: SettingSources,
  systemTags: readonly string[],
): CsvOutput {
  const given = readSettings("csv", settings, { ...sources, argument: toPairs(argument) });
  const columns = indexed.filter((name) => systemTags.includes(name));
  return {
    kind: "csv",
    path: given.path ?? "file.csv",
    saveIntervalMs: given.saveIntervalMs ?? 1000,
    timeFormat: given.timeFormat ?? "unix",
    columns,
    ignored: indexed.filter((name) => !columns.includes(name)),
  };
}

const settings = {
  path: { env: "K6_CSV_FILENAME", key: "fileName", fileKey: "file_name", read: readers.text },
  saveIntervalMs: {
    env: "K6_CSV_SAVE_INTERVAL",
    key: "saveInterval",
    fileKey: "save_interval",
    read: readers.duration,
  },
  timeFormat: {
    env: "K6_CSV_TIME_FORMAT",
    key: "timeFormat",
    fileKey: "time_format",
    read: (text: string): CsvTimeFormat => {
      if (Object.hasOwn(timeFormats, text)) return text as CsvTimeFormat;
      throw new RangeError(`it must be one of ${Object.keys(timeFormats).join(", ")}`);
    },
  },
} as const;

/** k6's system tags that can be columns, by name. */
const indexed = [
  "check",
  "error",
  "error_code",
  "expected_response",
  "group",
  "ip",
  "method",
  "name",
  "ocsp_status",
  "proto",
  "scenario",
  "service",
  "status",
  "subproto",
  "tls_version",
  "url",
] as const;

function toPairs(argument: string): Readonly<Record<string, string>> {
  if (argument === "") return {};
  if (!argument.includes("=")) return { fileName: argument };
  const pairs = argument.split(",").map((pair) => {
    const at = pair.indexOf("=");
    const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
    if (at > 0 && value !== "" && names.includes(name)) return [name, value] as const;
    const why = `give a file, or some of ${names.join(", ")} as name=value`;
    throw badSetting("csv", { name: "the argument", text: pair }, why);
  });
  return Object.fromEntries(pairs);
}

const names: readonly string[] = Object.values(settings).map(({ key }) => key);
