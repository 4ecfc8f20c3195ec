import type { Field, Query } from "@breakwater/s3";
import type { RequestBody } from "../request-body.ts";

/** One request to S3, before it is signed. */
export interface S3Call {
  /** S3's name: "PutObject". */
  readonly operation: string;
  readonly method: "GET" | "PUT" | "POST" | "HEAD" | "DELETE";
  /** `undefined`: of the bucket. */
  readonly key: string | undefined;
  readonly query: Query;
  /** All but Host and what signing adds. */
  readonly headers: readonly Field[];
  readonly body: RequestBody;
  readonly answer: AnswerKind;
  readonly signal: AbortSignal | undefined;
}

/** What the body of an answer that is no error is: nothing that matters, a document, an object. */
export type AnswerKind = "none" | "xml" | "object";

export const noBody: Uint8Array = new Uint8Array();

/** "Cannot PutObject "key" in "bucket"": how messages begin. */
export function cannot({ operation, key }: Pick<S3Call, "operation" | "key">): string {
  return key === undefined ? `Cannot ${operation}` : `Cannot ${operation} ${JSON.stringify(key)}`;
}
