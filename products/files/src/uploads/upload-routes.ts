import type { Call, CallHandler, ServiceRoutes } from "@breakwater/service";
import type { Envelopes } from "../envelope.ts";
import type { FileSpace, SpaceOf } from "../file-space.ts";
import { FilesError, type FilesErrorCode, type Original } from "../files-error.ts";
import { tryFilesError } from "../store-problem.ts";
import { tryBoundary } from "./form-decoder.ts";
import { type FormUploadOptions, type ReceivedForm, receiveForm } from "./form-upload.ts";
import { ifNoneMatchOf } from "./if-none-match.ts";
import type { IncomingFile } from "./incoming-file.ts";
import { PARTS_IN_FLIGHT, partBytesFor } from "./part-filler.ts";
import type { TransferMemory } from "./transfer-memory.ts";

export interface TransferParts {
  readonly spaceOf: SpaceOf;
  readonly envelopes: Envelopes;
  /** One for all transfers of the service. */
  readonly memory: TransferMemory;
}

const MAX_BATCH = 100;
const MAX_STORING = 10;
/** One is filled, some are on their way, and so much may wait before them. */
const PARTS_HELD: number = PARTS_IN_FLIGHT + 2;
/** What a form takes beside its file. */
const FORM_EXTRA_BYTES = 65_536;

/** POST /upload takes a form with one file, POST /batch-upload one with up to 100. */
export function uploadRoutes(parts: TransferParts): ServiceRoutes {
  return { "POST /upload": uploadOne(parts), "POST /batch-upload": uploadBatch(parts) };
}

function uploadOne({ spaceOf, envelopes, memory }: TransferParts): CallHandler {
  return async (call) => {
    const space = spaceOf(call, "write");
    const original = (why: string): Original => ({
      message: `Failed to retrieve uploaded file: ${why}`,
    });
    const boundary = boundaryOf(call, original(NOT_A_FORM));
    const { contentLength = 0 } = call.request;
    if (contentLength > space.maxUploadBytes + FORM_EXTRA_BYTES) {
      const message = `Cannot take more than ${space.maxUploadBytes} bytes: send less`;
      throw new FilesError("too_large", message);
    }
    const options = optionsFor(call, { space, boundary });
    const taken = memory.take(memoryFor(options), () => call.signal);
    using _memory = taken instanceof Promise ? await taken : taken;
    const form = await receiveForm({ ...options, field: "file", maxFiles: 1, beyond: "skip" });
    const [file] = form.files;
    if (file === undefined) {
      const message = 'Cannot find a file in the form: send it as the field "file"';
      throw new FilesError("bad_request", message, { original: original("http: no such file") });
    }
    const key = await storeFile(file, { form, space });
    form.release();
    const path = space.pathOf(key);
    envelopes.success(call, `File uploaded successfully with object key: ${path}`);
  };
}

interface BatchItem {
  readonly fileName: string;
  readonly objectKey?: string;
  readonly error?: string;
  readonly code?: FilesErrorCode;
  readonly success: boolean;
}

function uploadBatch({ spaceOf, envelopes, memory }: TransferParts): CallHandler {
  return async (call) => {
    const space = spaceOf(call, "write");
    const boundary = boundaryOf(call, { status: 400, message: NOT_A_FORM });
    const options = optionsFor(call, { space, boundary });
    const taken = memory.take(memoryFor(options), () => call.signal);
    using _memory = taken instanceof Promise ? await taken : taken;
    const field = "files";
    const form = await receiveForm({ ...options, field, maxFiles: MAX_BATCH, beyond: "refuse" });
    const { files } = form;
    if (files.length === 0) {
      const message = "no files provided. Use 'files' as the form-data field name";
      throw new FilesError("bad_request", message, { original: { status: 400, message } });
    }
    const items = new Array<BatchItem>(files.length);
    const errors: FilesError[] = [];
    const store = async (file: IncomingFile): Promise<BatchItem> => {
      const { fileName } = file;
      try {
        const key = await storeFile(file, { form, space });
        return { fileName, objectKey: space.pathOf(key), success: true };
      } catch (thrown) {
        const error = tryFilesError(thrown);
        if (error === undefined) throw thrown;
        errors.push(error);
        return { fileName, error: error.message, code: error.code, success: false };
      }
    };
    // Entries are shared: each lane takes the next that nobody has.
    const entries = files.entries();
    const lane = async (): Promise<void> => {
      for (const [index, file] of entries) items[index] = await store(file);
    };
    await Promise.all(Array.from({ length: Math.min(MAX_STORING, files.length) }, lane));
    const uploaded = items.filter(({ success }) => success);
    const failed = items.filter(({ success }) => !success);
    if (failed.length === 0) form.release();
    const totals = { totalUploaded: uploaded.length, totalFailed: failed.length };
    envelopes.batch(call, { uploaded, failed, ...totals }, { done: uploaded.length, errors });
  };
}

async function storeFile(
  file: IncomingFile,
  { form, space }: { readonly form: ReceivedForm; readonly space: FileSpace },
): Promise<string> {
  await file.store();
  const key = form.keyOf(file.fileName);
  await space.changed(key);
  return key;
}

const NOT_A_FORM = "request Content-Type isn't multipart/form-data";

function boundaryOf({ request }: Call, original: Original): string {
  const type = request.header("content-type");
  const boundary = tryBoundary(type);
  if (boundary !== undefined) return boundary;
  const asked = type === undefined ? "a body without a Content-Type" : `a body of type ${type}`;
  const message = `Cannot read ${asked}: send multipart/form-data with its boundary`;
  throw new FilesError("unsupported_media_type", message, { original });
}

function optionsFor(
  call: Call,
  { space, boundary }: { readonly space: FileSpace; readonly boundary: string },
): Omit<FormUploadOptions, "field" | "maxFiles" | "beyond"> {
  const ifNoneMatch = ifNoneMatchOf(call);
  const { contentLength = space.maxUploadBytes } = call.request;
  const partBytes = partBytesFor(Math.min(contentLength, space.maxUploadBytes));
  const limits = { partBytes, partsInFlight: PARTS_IN_FLIGHT, maxStoring: MAX_STORING };
  return { call, space, boundary, ifNoneMatch, ...limits };
}

const memoryFor = ({ call, partBytes }: Pick<FormUploadOptions, "call" | "partBytes">): number =>
  Math.min(call.request.contentLength ?? Number.POSITIVE_INFINITY, partBytes * PARTS_HELD);
