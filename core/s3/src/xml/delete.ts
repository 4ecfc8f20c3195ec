import { checkKey } from "../object/key.ts";
import { S3Error } from "../s3-error.ts";
import { childrenOf, expectRoot, expectText, malformed, tryText, type XmlNode } from "./node.ts";
import { element, textElement, xmlDocument } from "./write.ts";

/** The body of DeleteObjects. */
export interface DeleteList {
  readonly keys: readonly string[];
  /** Whether only failures are to be told. */
  readonly isQuiet: boolean;
}

export const MAX_DELETED = 1000;

/** Throws S3Error. */
export function parseDelete(root: XmlNode): DeleteList {
  const objects = childrenOf(expectRoot(root, "Delete"), "Object");
  if (objects.length === 0 || objects.length > MAX_DELETED) {
    throw malformed(`it names ${objects.length} objects, where 1 to ${MAX_DELETED} are allowed`);
  }
  objects.forEach(refuseConditions);
  const keys = objects.map((node) => expectText(node, "Key"));
  keys.forEach(checkKey);
  return { keys, isQuiet: tryText(root, "Quiet") === "true" };
}

/** Who means one version, or the object only as it was, does not want what is there deleted. */
function refuseConditions(node: XmlNode): void {
  const version = tryText(node, "VersionId") ?? "null";
  if (version !== "null") throw new S3Error("NoSuchVersion", undefined, { VersionId: version });
  const condition = ["ETag", "LastModifiedTime", "Size"].find((name) => tryText(node, name));
  if (condition === undefined) return;
  throw new S3Error("NotImplemented", undefined, { Element: condition });
}

export function writeDelete({ keys, isQuiet }: DeleteList): string {
  const objects = keys.map((key) => element("Object", textElement("Key", key)));
  return xmlDocument("Delete", `${objects.join("")}${textElement("Quiet", isQuiet)}`);
}

export interface DeleteResult {
  readonly deleted: readonly string[];
  readonly failed: readonly FailedDelete[];
}

export interface FailedDelete {
  readonly key: string;
  readonly code: string;
  readonly message: string;
}

export function writeDeleteResult({ deleted, failed }: DeleteResult): string {
  const done = deleted.map((key) => element("Deleted", textElement("Key", key)));
  const errors = failed.map(({ key, code, message }) =>
    element(
      "Error",
      textElement("Key", key) + textElement("Code", code) + textElement("Message", message),
    ),
  );
  return xmlDocument("DeleteResult", [...done, ...errors].join(""));
}

/** Throws S3Error. */
export function parseDeleteResult(root: XmlNode): DeleteResult {
  expectRoot(root, "DeleteResult");
  return {
    deleted: childrenOf(root, "Deleted").map((node) => expectText(node, "Key")),
    failed: childrenOf(root, "Error").map((node) => ({
      key: expectText(node, "Key"),
      code: tryText(node, "Code") ?? "",
      message: tryText(node, "Message") ?? "",
    })),
  };
}
