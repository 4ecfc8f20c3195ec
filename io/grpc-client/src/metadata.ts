import { Metadata, type MetadataValue } from "@grpc/grpc-js";
import { GrpcClientError } from "./error.ts";

/** By lower-case name; bytes for names that end in "-bin", and for those alone. */
export type MetadataValues = Readonly<Record<string, string | Uint8Array>>;

/** @throws GrpcClientError `bad_metadata` */
export function toMetadata(values: MetadataValues): Metadata {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(values)) {
    try {
      metadata.add(name, typeof value === "string" ? value : Buffer.from(value));
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new GrpcClientError("bad_metadata", `Cannot send the metadata ${name}: ${why}`, cause);
    }
  }
  return metadata;
}

/** All values of each name; bytes as one character each, as k6 gives them. */
export function fromMetadata(metadata: Metadata | undefined): Record<string, string[]> {
  const values: Record<string, string[]> = {};
  if (metadata === undefined) return values;
  for (const name of Object.keys(metadata.getMap())) values[name] = metadata.get(name).map(toText);
  return values;
}

const toText = (value: MetadataValue): string =>
  typeof value === "string" ? value : value.toString("latin1");
