import type { S3Error } from "../s3-error.ts";
import { tryText, type XmlNode } from "./node.ts";
import { element, plainXmlDocument, textElement } from "./write.ts";

/** The body of an answer that tells of an error. */
export function writeError(error: S3Error, { resource, requestId }: ErrorContext): string {
  const details = Object.entries(error.details).map(([name, text]) => textElement(name, text));
  const content = [
    textElement("Code", error.code),
    textElement("Message", error.message),
    ...details,
    textElement("Resource", resource),
    textElement("RequestId", requestId),
    element("HostId", ""),
  ];
  return plainXmlDocument("Error", content.join(""));
}

export interface ErrorContext {
  /** The path that was asked for. */
  readonly resource: string;
  readonly requestId: string;
}

/** What a store says is wrong: its codes are more than ours. */
export interface RemoteError {
  readonly code: string;
  readonly message: string;
  readonly requestId: string | undefined;
}

/** Answers `undefined` for what is no error: also a 200 may turn out to be one. */
export function tryError(root: XmlNode): RemoteError | undefined {
  if (root.name !== "Error") return undefined;
  return {
    code: tryText(root, "Code") ?? "",
    message: tryText(root, "Message") ?? "",
    requestId: tryText(root, "RequestId"),
  };
}
