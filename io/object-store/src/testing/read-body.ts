import type { ObjectBody } from "../object-store.ts";
import { ObjectStoreError } from "../object-store-error.ts";
import { lengthOf, openStream, toRequestBody } from "../request-body.ts";

/** All of a body that is put, which must be as long as it says. */
export async function readBody(
  given: ObjectBody,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const body = toRequestBody(given);
  if (body instanceof Uint8Array) return body.slice();
  const pieces: Uint8Array[] = [];
  const stream = openStream(body);
  const reader = stream.getReader();
  const giveUp = (): void => void reader.cancel().catch(() => {});
  signal?.addEventListener("abort", giveUp);
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      pieces.push(part.value.slice());
    }
  } catch (cause) {
    throw new ObjectStoreError("bad_request", "The body could not be read", { cause });
  } finally {
    signal?.removeEventListener("abort", giveUp);
  }
  if (signal?.aborted === true) throw new ObjectStoreError("aborted", "The caller gave up");
  const bytes = Buffer.concat(pieces);
  if (bytes.length === lengthOf(body)) return bytes;
  const what = `The body has ${bytes.length} bytes where ${lengthOf(body)} were announced`;
  throw new ObjectStoreError("bad_request", what);
}
