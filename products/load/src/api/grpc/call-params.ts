import type { MetadataValues } from "@breakwater/grpc-client";
import { parseDuration } from "@breakwater/units";
import { readTags } from "../../measure/sample-tags.ts";

/** k6's params of invoke() and Stream. */
export interface CallParams {
  readonly metadata: MetadataValues;
  readonly tags: Readonly<Record<string, string>> | undefined;
  /** undefined when none was given. */
  readonly timeoutMs: number | undefined;
  readonly discardsMessage: boolean;
}

const known: readonly string[] = ["metadata", "tags", "timeout", "discardResponseMessage"];

/** @throws TypeError that names the param */
export function readCallParams(given: unknown): CallParams {
  const params = (given ?? {}) as Readonly<Record<string, unknown>>;
  const unknown = Object.keys(params).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new TypeError(`Cannot call with the param "${unknown}": known are ${known.join(", ")}`);
  }
  const { timeout } = params;
  const timeoutMs = timeout === undefined ? 0 : parseDuration(timeout as string);
  return {
    metadata: readMetadata(params.metadata, "metadata"),
    tags: readTags(params.tags),
    timeoutMs: timeoutMs === 0 ? undefined : timeoutMs,
    discardsMessage: Boolean(params.discardResponseMessage),
  };
}

/** Text, and bytes under names that end in "-bin". */
export function readMetadata(given: unknown, param: string): MetadataValues {
  if (given === undefined || given === null) return {};
  if (typeof given !== "object") {
    throw new TypeError(`Cannot use "${param}": give an object of names and values`);
  }
  const entries = Object.entries(given).map(([name, value]) => {
    const isBinary = name.endsWith("-bin");
    const bytes = isBinary ? tryBytes(value) : undefined;
    if (bytes !== undefined) return [name, bytes] as const;
    if (!isBinary && typeof value === "string") return [name, value] as const;
    const wanted = isBinary ? "bytes, as its name ends in -bin" : "text";
    throw new TypeError(`Cannot use the value of "${name}" in "${param}": give ${wanted}`);
  });
  return Object.fromEntries(entries);
}

function tryBytes(value: unknown): Uint8Array | undefined {
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (!ArrayBuffer.isView(value)) return undefined;
  return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
}
