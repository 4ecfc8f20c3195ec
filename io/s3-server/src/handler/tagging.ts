import { parseTagging, type Tag, writeTagging } from "@breakwater/s3";
import { answerEmpty, answerXml } from "./answer.ts";
import { type Call, noSuchKey, type OperationOf } from "./call.ts";
import { expectObject } from "./objects.ts";
import { readDocument } from "./read-document.ts";

type Tagging = OperationOf<"GetObjectTagging" | "PutObjectTagging" | "DeleteObjectTagging">;

export function getTagging(call: Call, operation: Tagging): void {
  answerXml(call, writeTagging(expectObject(call, operation).tags));
}

export async function putTagging(call: Call, operation: Tagging): Promise<void> {
  expectObject(call, operation);
  await setTags(call, operation, parseTagging(await readDocument(call)));
  answerEmpty(call);
}

export async function deleteTagging(call: Call, operation: Tagging): Promise<void> {
  expectObject(call, operation);
  await setTags(call, operation, []);
  answerEmpty(call, { status: 204 });
}

async function setTags(
  { store }: Call,
  { bucket, key }: Tagging,
  tags: readonly Tag[],
): Promise<void> {
  // Deleted since it was looked for.
  if (!(await store.disk.setTags({ bucket, key }, tags))) throw noSuchKey(key);
}
