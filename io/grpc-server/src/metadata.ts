import type { Field } from "@breakwater/wire";

/** A name in lower case and a value; one whose name ends in "-bin" has bytes, and no other. */
export type MetadataEntry = readonly [name: string, value: string | Uint8Array];

/** What a call's client says beside its messages; a name that was sent twice is there twice. */
export type Metadata = readonly MetadataEntry[];

/** Of the transport or of gRPC itself; the rest is the application's. */
const reserved = new Set(["te", "grpc-timeout", "grpc-encoding", "grpc-message-type"]);

/** The request's headers as grpc-go gives them to handlers, but without ":authority". */
export function readMetadata(headers: readonly Field[]): Metadata {
  const metadata: MetadataEntry[] = [];
  for (const [name, value] of headers) {
    if (reserved.has(name)) continue;
    if (!name.endsWith("-bin")) {
      metadata.push([name, value]);
      continue;
    }
    // Several values may have been joined on the way: a comma is not in base64's alphabet.
    for (const part of value.split(",")) metadata.push([name, Buffer.from(part, "base64")]);
  }
  return metadata;
}

/**
 * An entry as it goes on the wire.
 *
 * @throws TypeError for a name or value that a header cannot have, and for gRPC's own names
 */
export function toField([name, value]: MetadataEntry): Field {
  if (!/^[0-9a-z_.-]+$/.test(name) || name.startsWith("grpc-") || name === "content-type") {
    throw new TypeError(`Cannot send the metadata ${name}: its name is not one for applications`);
  }
  const isBinary = name.endsWith("-bin");
  if (isBinary !== (typeof value !== "string")) {
    throw new TypeError(
      `Cannot send the metadata ${name}: bytes need "-bin", text must not have it`,
    );
  }
  if (typeof value !== "string") {
    return [name, Buffer.from(value).toString("base64").replace(/=+$/, "")];
  }
  if (!/^[\x20-\x7e]*$/.test(value)) {
    throw new TypeError(`Cannot send the metadata ${name}: text must be printable ASCII`);
  }
  return [name, value];
}
