import { S3Error, type XmlNode } from "@breakwater/s3";
import { ObjectStoreError } from "../object-store-error.ts";
import type { S3Answer } from "./attempt.ts";
import { cannot, type S3Call } from "./s3-call.ts";

/** What a document says. Throws ObjectStoreError for one that is not as S3 says it. */
export function readDocument<T>(call: S3Call, { root }: S3Answer, parse: (root: XmlNode) => T): T {
  try {
    return parse(root!);
  } catch (cause) {
    if (!(cause instanceof S3Error)) throw cause;
    const message = `${cannot(call)}: the store is not as S3 says it: ${cause.message}`;
    throw new ObjectStoreError("store_failed", message, { cause });
  }
}
