import type { ObjectBody, StreamBody } from "./object-store.ts";
import { ObjectStoreError } from "./object-store-error.ts";

/** A body as it is sent: bytes, or a stream. */
export type RequestBody = Uint8Array | StreamBody;

export const toRequestBody = (body: ObjectBody): RequestBody =>
  typeof body === "string" ? new TextEncoder().encode(body) : body;

export const lengthOf = (body: RequestBody): number =>
  body instanceof Uint8Array ? body.length : body.bytes;

/** Opens the stream of the first attempt, which there must be. */
export function openStream({ open, bytes }: StreamBody): ReadableStream<Uint8Array> {
  if (!Number.isSafeInteger(bytes) || bytes < 0) {
    throw new ObjectStoreError("bad_request", `Cannot send ${bytes} bytes: give a whole number`);
  }
  const stream = open();
  if (stream !== undefined) return stream;
  throw new ObjectStoreError("bad_request", "Cannot send a body whose stream was used before");
}
