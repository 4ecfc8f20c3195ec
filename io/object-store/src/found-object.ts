import type { FoundObject, ObjectInfo } from "./object-store.ts";
import { ObjectStoreError } from "./object-store-error.ts";

/** What get() answers, around a body of that many bytes. */
export function foundObject(info: ObjectInfo, source: BodyOfObject): FoundObject {
  let stream: ReadableStream<Uint8Array> | undefined;
  const body = (): ReadableStream<Uint8Array> => {
    stream ??= source.stream();
    return stream;
  };
  const toBytes = (): Promise<Uint8Array> =>
    stream === undefined ? source.toBytes() : readAll(stream, source.bytes);
  return {
    ...info,
    bodyBytes: source.bytes,
    get body() {
      return body();
    },
    toBytes,
    toText: async () => new TextDecoder().decode(await toBytes()),
  };
}

/** To be read once, in one of the two ways. */
export interface BodyOfObject {
  readonly bytes: number;
  stream(): ReadableStream<Uint8Array>;
  toBytes(): Promise<Uint8Array>;
}

/** All of a stream that is so long. Throws ObjectStoreError if somebody has read of it. */
export async function readAll(
  stream: ReadableStream<Uint8Array>,
  bytes: number,
): Promise<Uint8Array> {
  if (stream.locked) throw readBefore();
  const all = new Uint8Array(bytes);
  const reader = stream.getReader();
  let offset = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    all.set(part.value, offset);
    offset += part.value.length;
  }
  if (offset < bytes) throw readBefore();
  return all;
}

/** Its body is asked for twice. */
export const readBefore = (): ObjectStoreError =>
  new ObjectStoreError("bad_request", "Cannot read all of a body that was read before");
