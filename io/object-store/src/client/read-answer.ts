import { S3Error, tryError, type XmlNode } from "@breakwater/s3";
import { parseXml } from "@breakwater/s3-platform";
import type { Refusal } from "../refusal.ts";
import type { ResponseHead } from "./answer-receiver.ts";
import type { AnswerKind } from "./s3-call.ts";

export type ReadAnswer =
  | { readonly kind: "answer"; readonly head: ResponseHead; readonly root: XmlNode | undefined }
  | RefusedAnswer
  /** It is not as S3 says it. */
  | { readonly kind: "nonsense"; readonly what: string; readonly cause: unknown };

export interface RefusedAnswer {
  readonly kind: "refusal";
  readonly refusal: Refusal;
  readonly head: ResponseHead;
  /** Where it would not be refused. */
  readonly elsewhere: string | undefined;
}

/** What an answer says that has come whole. A 200 may turn out to be an error. */
export function readAnswer(
  head: ResponseHead,
  { kind, document }: { readonly kind: AnswerKind; readonly document: Uint8Array },
): ReadAnswer {
  const { status } = head;
  const isRefused = status >= 300;
  if (!isRefused && kind !== "xml") return { kind: "answer", head, root: undefined };
  try {
    const root = parseXml(trimStart(document), { maxBytes: document.length, maxDepth: 16 });
    const error = tryError(root);
    if (error === undefined && !isRefused) return { kind: "answer", head, root };
    if (error !== undefined) {
      const elsewhere = elsewhereOf(head, root);
      // Of a 200 the code alone counts: without one, the store failed.
      const refusal = { ...error, status: isRefused ? status : 500 };
      return { kind: "refusal", head, refusal, elsewhere };
    }
  } catch (cause) {
    if (!(cause instanceof S3Error)) throw cause;
    // Proxies refuse in HTML, and a HEAD's answer has no body.
    if (!isRefused) return { kind: "nonsense", what: "its answer is no XML", cause };
  }
  const refusal = { code: "", message: head.reason, requestId: requestIdOf(head), status };
  return { kind: "refusal", head, refusal, elsewhere: elsewhereOf(head, undefined) };
}

const requestIdOf = (head: ResponseHead): string | undefined => head.header("x-amz-request-id");

/** A bucket in another region says so: in a header, or in the document. */
function elsewhereOf(head: ResponseHead, root: XmlNode | undefined): string | undefined {
  const text = (name: string) => root?.children.find((child) => child.name === name)?.text;
  const region = head.header("x-amz-bucket-region") ?? text("Region");
  const isElsewhere = (head.status >= 300 && head.status < 400) || text("Region") !== undefined;
  if (!isElsewhere) return undefined;
  const endpoint = text("Endpoint");
  const places = [
    ...(region === undefined ? [] : [`the region ${region}`]),
    ...(endpoint === undefined ? [] : [`the endpoint ${endpoint}`]),
  ];
  return places.length === 0 ? "another endpoint" : places.join(" and ");
}

/** Stores send white space while a completion takes its time; no XML may begin so. */
function trimStart(document: Uint8Array): Uint8Array {
  let start = 0;
  while (start < document.length && document[start]! <= 0x20) start += 1;
  return document.subarray(start);
}
