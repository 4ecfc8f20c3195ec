import { GrpcClientError } from "../error.ts";
import { jsonNameOf, type TypeSource } from "../schema/message-type.ts";
import { decodeMessage } from "./decode-message.ts";
import { encodeMessage } from "./encode-message.ts";
import { badValue, toBytes } from "./scalars.ts";

type Plain = Record<string, unknown>;

/** A type whose JSON is not simply its fields: how one becomes the other. */
export interface WellKnown {
  toJson(plain: Plain): unknown;
  /** @throws GrpcClientError `bad_message` */
  toPlain(json: unknown, path: string): unknown;
}

/** Those of google/protobuf; `types` finds what an Any holds. */
export function wellKnownOf(fullName: string, types: TypeSource): WellKnown | undefined {
  if (!fullName.startsWith("google.protobuf.")) return undefined;
  const name = fullName.slice("google.protobuf.".length);
  return name === "Any" ? anyOf(types) : byName[name];
}

const wrapper: WellKnown = {
  toJson: ({ value }) => value,
  toPlain: (value) => ({ value }),
};

const timestamp: WellKnown = {
  toJson: ({ seconds, nanos }) => {
    const milliseconds = Number(seconds) * 1000;
    if (Math.abs(milliseconds) > MAX_DATE_MS) {
      throw new GrpcClientError("bad_message", `Cannot read a time ${seconds} s from 1970`);
    }
    return `${new Date(milliseconds).toISOString().slice(0, -5)}${fraction(nanos as number)}Z`;
  },
  toPlain: (json, path) => {
    const found = typeof json === "string" ? TIME.exec(json) : null;
    const seconds =
      found && isDate(found[1]!) ? Date.parse(`${found[1]}${found[3]}`) / 1000 : Number.NaN;
    if (found && !Number.isNaN(seconds)) return { seconds, nanos: nanosOf(found[2]) };
    throw badValue(path, json, 'a time such as "2026-01-31T12:00:00.5Z"');
  },
};

const TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/;

/** Date.parse() takes 30 February for 2 March. */
function isDate(text: string): boolean {
  const parsed = new Date(`${text}Z`);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(text);
}

const MAX_DATE_MS = 8.64e15;

const duration: WellKnown = {
  toJson: ({ seconds, nanos }) => {
    const isNegative = (nanos as number) < 0 || String(seconds).startsWith("-");
    const whole = String(seconds).replace("-", "");
    return `${isNegative ? "-" : ""}${whole}${fraction(Math.abs(nanos as number))}s`;
  },
  toPlain: (json, path) => {
    const found = typeof json === "string" ? LENGTH.exec(json) : null;
    if (found === null) throw badValue(path, json, 'a duration such as "1.5s"');
    const [, sign, seconds, digits] = found;
    const nanos = nanosOf(digits);
    return { seconds: `${sign}${seconds}`, nanos: sign === "-" ? -nanos : nanos };
  },
};

const LENGTH = /^(-?)(\d+)(?:\.(\d{1,9}))?s$/;

const fieldMask: WellKnown = {
  toJson: ({ paths }) =>
    (paths as string[]).map((path) => path.split(".").map(jsonNameOf).join(".")).join(","),
  toPlain: (json, path) => {
    if (typeof json !== "string") throw badValue(path, json, 'names such as "user.name,photo"');
    const names = json === "" ? [] : json.split(",");
    return { paths: names.map((name) => name.replace(/[A-Z]/g, (at) => `_${at.toLowerCase()}`)) };
  },
};

const byName: Readonly<Record<string, WellKnown>> = {
  Timestamp: timestamp,
  Duration: duration,
  FieldMask: fieldMask,
  Struct: { toJson: ({ fields }) => fields, toPlain: (fields) => ({ fields }) },
  ListValue: { toJson: ({ values }) => values, toPlain: (values) => ({ values }) },
  // Of its oneof one is set, or none.
  Value: { toJson: (plain) => Object.values(plain)[0] ?? null, toPlain: valueToPlain },
  DoubleValue: wrapper,
  FloatValue: wrapper,
  Int64Value: wrapper,
  UInt64Value: wrapper,
  Int32Value: wrapper,
  UInt32Value: wrapper,
  BoolValue: wrapper,
  StringValue: wrapper,
  BytesValue: wrapper,
};

function valueToPlain(json: unknown, path: string): Plain {
  switch (typeof json) {
    case "number":
      if (Number.isFinite(json)) return { numberValue: json };
      break;
    case "string":
      return { stringValue: json };
    case "boolean":
      return { boolValue: json };
    case "object":
      if (json === null) return { nullValue: 0 };
      return Array.isArray(json) ? { listValue: json } : { structValue: json };
  }
  throw badValue(path, json, "a JSON value");
}

/** One of a type that is not known is given, and taken, as its bytes. */
function anyOf(types: TypeSource): WellKnown {
  const typeOf = (url: string) => types.tryMessage(url.slice(url.lastIndexOf("/") + 1));
  return {
    toJson: ({ typeUrl, value }) => {
      if (typeUrl === "") return {};
      const type = typeOf(typeUrl as string);
      if (type === undefined) return { "@type": typeUrl, value };
      const json = decodeMessage(type, Buffer.from(value as string, "base64"));
      return type.wellKnown
        ? { "@type": typeUrl, value: json }
        : { "@type": typeUrl, ...(json as Plain) };
    },
    toPlain: (json, path) => {
      const { "@type": typeUrl, ...rest } = (json ?? {}) as Plain;
      if (typeUrl === undefined && Object.keys(rest).length === 0) return {};
      if (typeof typeUrl !== "string") throw badValue(path, json, 'an object with its "@type"');
      const type = typeOf(typeUrl);
      if (type === undefined) return { typeUrl, value: toBytes(rest.value ?? "", `${path}.value`) };
      return { typeUrl, value: encodeMessage(type, type.wellKnown ? rest.value : rest) };
    },
  };
}

/** 0, 3, 6 or 9 digits behind the point. */
function fraction(nanos: number): string {
  if (nanos === 0) return "";
  const digits = String(nanos).padStart(9, "0");
  return `.${digits.replace(/(000){1,2}$/, "")}`;
}

function nanosOf(digits: string | undefined): number {
  return Number((digits ?? "").padEnd(9, "0"));
}
