import { type Field, S3Error, toUnsatisfiedRange, writeError } from "@breakwater/s3";
import type { Call } from "./call.ts";

/** What is needed of a call to answer it: all that there is when it turns out to be nobody's. */
export type Answering = Pick<Call, "exchange" | "fields" | "request">;

export function answerXml({ exchange, fields }: Answering, xml: string): void {
  exchange.respond({ status: 200, fields: [...xmlFields, ...fields], body: xml });
}

export function answerEmpty(
  { exchange, fields }: Answering,
  { status = 200, more = [] }: { readonly status?: number; readonly more?: readonly Field[] } = {},
): void {
  exchange.respond({ status, fields: [...more, ...fields] });
}

/** The one place where an error becomes an answer. */
export function answerError(answering: Answering, error: S3Error): void {
  const { exchange, fields, request } = answering;
  const requestId = fields.find(([name]) => name === requestIdName)?.[1] ?? "";
  const size = error.code === "InvalidRange" ? error.details.ActualObjectSize : undefined;
  const more: readonly Field[] =
    size === undefined ? [] : [["content-range", toUnsatisfiedRange(Number(size))]];
  exchange.respond({
    status: error.status,
    fields: [...xmlFields, ...more, ...fields],
    body: writeError(error, { resource: request.path, requestId }),
  });
}

/** What is no S3Error is our own mistake, or the disk's: its text is for the log only. */
export function toS3Error(error: unknown, onError: (error: unknown) => void): S3Error {
  if (error instanceof S3Error) return error;
  onError(error);
  return new S3Error("InternalError");
}

export const requestIdName = "x-amz-request-id";

const xmlFields: readonly Field[] = [["content-type", "application/xml"]];
