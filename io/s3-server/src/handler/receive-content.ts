import { type ChecksumAlgorithm, type DeclaredBody, S3Error } from "@breakwater/s3";
import type { Content } from "../disk/disk.ts";
import type { Call } from "./call.ts";
import { type BodyReceived, receiveBody } from "./receive-body.ts";

export interface ContentReceived extends BodyReceived {
  readonly content: Content;
  readonly bytes: number;
}

/**
 * Receives the bytes of an object or part, and has `keep` make something of them. Whatever goes
 * wrong until that is done, they are discarded.
 */
export async function receiveContent<T>(
  call: Call,
  body: DeclaredBody & { readonly algorithm: ChecksumAlgorithm | undefined },
  keep: (received: ContentReceived) => Promise<T>,
): Promise<T> {
  const { store } = call;
  if (store.receiving >= store.limits.maxReceiving) throw new S3Error("SlowDown");
  const sink = store.disk.write(body.bytes);
  store.receiving += 1;
  try {
    const received = await receiveBody(call, { body, algorithm: body.algorithm, sink });
    const content = await sink.finish();
    return await keep({ ...received, content, bytes: body.bytes });
  } catch (error) {
    sink.discard();
    throw error;
  } finally {
    store.receiving -= 1;
  }
}
