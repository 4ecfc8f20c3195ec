import { tryBase64 } from "@breakwater/s3";
import type { Call } from "@breakwater/service";
import { FilesError } from "../files-error.ts";

/** Of tus 1.0.0: https://tus.io/protocols/resumable-upload */
export const TUS_VERSION = "1.0.0";

export const TUS_EXTENSIONS = "creation,creation-with-upload,expiration,termination,checksum";

/** Fields of answers that pages of other origins may read: for CORS. */
export const tusExposedFields: readonly string[] = [
  "Location",
  "Tus-Checksum-Algorithm",
  "Tus-Extension",
  "Tus-Max-Size",
  "Tus-Resumable",
  "Tus-Version",
  "Upload-Expires",
  "Upload-Length",
  "Upload-Metadata",
  "Upload-Offset",
];

/** The type of a body with bytes of an upload. */
export const OFFSET_TYPE = "application/offset+octet-stream";

/** Upload-Offset or Upload-Length. Throws FilesError "bad_request". */
export function sizeField({ request }: Call, name: "upload-offset" | "upload-length"): number {
  const text = request.header(name);
  if (text !== undefined && /^\d{1,15}$/.test(text)) return Number(text);
  const shown = text === undefined ? "it is missing" : `"${text.slice(0, 40)}" is none`;
  throw bad(`Cannot read ${name}: send a number of bytes, ${shown}`);
}

/** Upload-Metadata: names and values in base64. Throws FilesError "bad_request". */
export function parseMetadata(text: string): ReadonlyMap<string, string> {
  const metadata = new Map<string, string>();
  if (text.length > MAX_METADATA_CHARS) {
    throw bad(`Cannot take Upload-Metadata of more than ${MAX_METADATA_CHARS} characters`);
  }
  for (const pair of text.split(",").filter((each) => each.trim() !== "")) {
    const [name = "", value = "", ...more] = pair.trim().split(/ +/);
    const bytes = tryBase64(value);
    if (bytes === undefined || more.length > 0 || metadata.has(name)) {
      throw bad(`Cannot read Upload-Metadata at "${name.slice(0, 40)}": send "name base64,…"`);
    }
    metadata.set(name, decoded(name, bytes));
  }
  return metadata;
}

const MAX_METADATA_CHARS = 8192;

function decoded(name: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw bad(`Cannot read Upload-Metadata at "${name.slice(0, 40)}": it is not UTF-8`);
  }
}

function bad(message: string): FilesError {
  return new FilesError("bad_request", message);
}
