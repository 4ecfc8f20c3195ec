import type { PostTls } from "../push/post.ts";
import { badSetting, readers, readSettings, type SettingSources } from "../settings.ts";

export interface InfluxOutput {
  readonly kind: "influxdb";
  /** http://, https:// or udp://, without a path. */
  readonly address: string;
  readonly database: string;
  readonly username: string | undefined;
  readonly password: string;
  readonly tls: PostTls;
  readonly proxy: string | undefined;
  readonly pushIntervalMs: number;
  readonly concurrentWrites: number;
  /** Bytes in one datagram, for udp://. */
  readonly payloadBytes: number;
  readonly precision: InfluxPrecision;
  readonly retention: string | undefined;
  readonly consistency: string | undefined;
  /** Tags that are no index: which, and what they are written as. */
  readonly fields: Readonly<Record<string, FieldKind>>;
}

export type InfluxPrecision = "n" | "u" | "ms" | "s" | "m" | "h";

export type FieldKind = (typeof fieldKinds)[number];

/** `influxdb=http://user:password@host:8086/database?setting=value`. Throws a SinkError. */
export function parseInfluxOutput(argument: string, sources: SettingSources): InfluxOutput {
  const given = readSettings("influxdb", settings, { ...sources, argument: takeApart(argument) });
  return {
    kind: "influxdb",
    address: given.address ?? "http://localhost:8086",
    database: given.database || "k6",
    username: given.username,
    password: given.password ?? "",
    tls: { isInsecure: given.isInsecure ?? false },
    proxy: given.proxy,
    pushIntervalMs: given.pushIntervalMs ?? 1000,
    concurrentWrites: given.concurrentWrites ?? 4,
    payloadBytes: given.payloadBytes ?? 512,
    precision: given.precision ?? "n",
    retention: given.retention,
    consistency: given.consistency,
    fields: given.fields ?? { vu: "string", iter: "string", url: "string" },
  };
}

const fieldKinds = ["string", "bool", "float", "int"] as const;

/** The argument's own names stand where k6 has them in the URL's query. */
const settings = {
  address: { env: "K6_INFLUXDB_ADDR", key: "addr", read: readAddress },
  database: { env: "K6_INFLUXDB_DB", key: "db", read: readers.text },
  username: { env: "K6_INFLUXDB_USERNAME", key: "username", read: readers.text },
  password: { env: "K6_INFLUXDB_PASSWORD", key: "password", read: readers.text },
  isInsecure: { env: "K6_INFLUXDB_INSECURE", key: "insecure", read: readers.flag },
  proxy: { env: "K6_INFLUXDB_PROXY", key: "proxy", read: readers.url },
  payloadBytes: { env: "K6_INFLUXDB_PAYLOAD_SIZE", key: "payloadSize", read: readers.count },
  pushIntervalMs: {
    env: "K6_INFLUXDB_PUSH_INTERVAL",
    key: "pushInterval",
    read: readers.duration,
  },
  concurrentWrites: {
    env: "K6_INFLUXDB_CONCURRENT_WRITES",
    key: "concurrentWrites",
    read: readers.count,
  },
  precision: { env: "K6_INFLUXDB_PRECISION", key: "precision", read: readPrecision },
  retention: { env: "K6_INFLUXDB_RETENTION", key: "retention", read: readers.text },
  consistency: { env: "K6_INFLUXDB_CONSISTENCY", key: "consistency", read: readers.text },
  fields: { env: "K6_INFLUXDB_TAGS_AS_FIELDS", key: "tagsAsFields", read: readFields },
} as const;

const fromQuery: Readonly<Record<string, keyof typeof settings>> = {
  insecure: "isInsecure",
  payload_size: "payloadBytes",
  precision: "precision",
  retention: "retention",
  consistency: "consistency",
  pushInterval: "pushIntervalMs",
  concurrentWrites: "concurrentWrites",
  tagsAsFields: "fields",
};

function takeApart(argument: string): Readonly<Record<string, string>> {
  if (argument === "") return {};
  if (!URL.canParse(argument)) {
    const why = "give a URL such as http://localhost:8086/k6";
    throw badSetting("influxdb", { name: "the argument", text: argument }, why);
  }
  const url = new URL(argument);
  const parts: Record<string, string> = { addr: `${url.protocol}//${url.host}` };
  if (url.pathname.length > 1) parts.db = decodeURIComponent(url.pathname.slice(1));
  if (url.username !== "") {
    parts.username = decodeURIComponent(url.username);
    parts.password = decodeURIComponent(url.password);
  }
  for (const name of new Set(url.searchParams.keys())) {
    const setting = fromQuery[name];
    if (setting === undefined) {
      const why = `the query may have ${Object.keys(fromQuery).join(", ")}`;
      throw badSetting("influxdb", { name: "the argument", text: name }, why);
    }
    parts[settings[setting].key] = url.searchParams.getAll(name).join(",");
  }
  return parts;
}

function readAddress(text: string): string {
  if (URL.canParse(text) && /^(https?|udp):$/.test(new URL(text).protocol)) {
    return text.replace(/\/+$/, "");
  }
  throw new RangeError("it must be a URL that begins with http://, https:// or udp://");
}

function readPrecision(text: string): InfluxPrecision {
  const precision = text === "ns" ? "n" : text;
  if (/^(n|u|ms|s|m|h)$/.test(precision)) return precision as InfluxPrecision;
  throw new RangeError("it must be one of n, u, ms, s, m, h");
}

function readFields(text: string): Readonly<Record<string, FieldKind>> {
  const fields: Record<string, FieldKind> = {};
  for (const item of readers.list(text)) {
    const [name = "", kind = "string"] = item.split(":");
    if (!fieldKinds.some((known) => known === kind)) {
      throw new RangeError(`"${item}" must end with ${fieldKinds.join(", ")} after its colon`);
    }
    if (Object.hasOwn(fields, name)) throw new RangeError(`"${name}" is there twice`);
    fields[name] = kind as FieldKind;
  }
  return fields;
}
