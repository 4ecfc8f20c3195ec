import {
  corsHeaders,
  type Field,
  type InBucket,
  type Operation,
  parseCors,
  S3Error,
  type S3Request,
  writeCors,
} from "@breakwater/s3";
import type { Disk } from "../disk/disk.ts";
import { type Answering, answerEmpty, answerXml } from "./answer.ts";
import { type Call, expectBucket, type OperationOf } from "./call.ts";
import { readDocument } from "./read-document.ts";

export function getCors(call: Call, { bucket }: InBucket): void {
  const { cors } = expectBucket(call.store, bucket);
  if (cors.length === 0) throw new S3Error("NoSuchCORSConfiguration");
  answerXml(call, writeCors(cors));
}

export async function putCors(call: Call, { bucket }: InBucket): Promise<void> {
  expectBucket(call.store, bucket);
  await call.store.disk.setCors(bucket, parseCors(await readDocument(call)));
  answerEmpty(call);
}

export async function deleteCors(call: Call, { bucket }: InBucket): Promise<void> {
  expectBucket(call.store, bucket);
  await call.store.disk.setCors(bucket, undefined);
  answerEmpty(call, { status: 204 });
}

/** A browser signs nothing of what it asks before. */
export function answerPreflight(
  answering: Answering,
  { bucket, asked }: OperationOf<"Preflight">,
  disk: Disk,
): void {
  const allowed = corsHeaders(disk.bucket(bucket)?.cors ?? [], asked);
  if (allowed === undefined) throw new S3Error("AccessForbidden");
  answerEmpty(answering, { more: allowed });
}

/** What the answer to a page of another origin needs, so that its browser hands it over. */
export function corsFields(
  disk: Disk,
  { headers, method }: S3Request,
  operation: Operation | S3Error,
): readonly Field[] {
  const origin = headers.get("origin");
  if (origin === null || operation instanceof S3Error || !("bucket" in operation)) return [];
  const rules = disk.bucket(operation.bucket)?.cors ?? [];
  return corsHeaders(rules, { origin, method, headers: [] }) ?? [];
}
