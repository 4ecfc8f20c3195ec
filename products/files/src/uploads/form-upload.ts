import type { Call } from "@breakwater/service";
import type { FileSpace } from "../file-space.ts";
import { FilesError } from "../files-error.ts";
import { contentTypeOf } from "./content-type.ts";
import { FormBuffers } from "./form-buffers.ts";
import { type FilePartHead, FormDecoder, type FormReader } from "./form-decoder.ts";
import { IncomingFile } from "./incoming-file.ts";
import type { ObjectTarget } from "./object-writer.ts";

export interface FormUploadOptions {
  readonly call: Call;
  readonly boundary: string;
  readonly space: FileSpace;
  /** Of the field that has files. */
  readonly field: string;
  readonly maxFiles: number;
  /** What comes beyond them: refused, or left out as fields of other names are. */
  readonly beyond: "refuse" | "skip";
  /** Only where nothing is yet. */
  readonly ifNoneMatch: "*" | undefined;
  readonly partBytes: number;
  readonly partsInFlight: number;
  /** Files that are stored at once. */
  readonly maxStoring: number;
}

export interface ReceivedForm {
  /** In the order in which they came. Each is still to be stored, if it is not already. */
  readonly files: readonly IncomingFile[];
  /** Where a file goes. Throws FilesError "bad_path". */
  keyOf(fileName: string): string;
  /** All files are in the store: their memory is for others now. */
  release(): void;
}

/** Go's parser, which the original has, stops at 1,000 parts, too. RFC 7578 knows no limits. */
const formLimits = { maxParts: 1000, maxHeaderBytes: 16_384, maxFieldBytes: 16_384 };

/**
 * Receives a form with files. They wait for the form's end, so that a form that is cut off has
 * stored nothing. A file larger than a part is on its way to the store meanwhile, seen by nobody;
 * and of a batch larger than that, whole files are stored as they come.
 *
 * Throws FilesError, and gives up then whatever it had begun.
 */
export async function receiveForm(options: FormUploadOptions): Promise<ReceivedForm> {
  const upload = new FormUpload(options);
  try {
    await upload.received;
    return upload;
  } catch (error) {
    await Promise.all(upload.files.map((file) => file.abort()));
    throw error;
  }
}

class FormUpload implements FormReader, ReceivedForm {
  readonly files: IncomingFile[] = [];
  readonly received: Promise<void>;
  readonly #options: FormUploadOptions;
  readonly #decoder: FormDecoder;
  readonly #done: PromiseWithResolvers<void> = Promise.withResolvers<void>();
  /** Files of a small form are pieces of it. */
  readonly #whole: Uint8Array;
  #wholeUsed = 0;
  #current: IncomingFile | undefined;
  #folder: string;
  #hasFolderField: boolean = false;
  #isPaused: boolean = false;
  #isOver: boolean = false;

  constructor(options: FormUploadOptions) {
    const { call, boundary, partBytes } = options;
    const { contentLength = Number.POSITIVE_INFINITY, query } = call.request;
    this.#options = options;
    this.#decoder = new FormDecoder(boundary, { limits: formLimits, reader: this });
    this.#whole = contentLength <= partBytes ? buffers.take(contentLength) : noBytes;
    this.#folder = (query === "" ? null : new URLSearchParams(query).get("path")) ?? "";
    this.received = this.#done.promise;
    call.readBody({
      onData: (bytes) => this.#try(() => this.#decoder.push(bytes)),
      onEnd: () => this.#try(() => this.#end()),
      onAbort: () => this.#fail(cutOff()),
    });
  }

  keyOf(fileName: string): string {
    const folder = this.#folder;
    const path = folder === "" || folder.endsWith("/") ? folder : `${folder}/`;
    return this.#options.space.keyOf(path + fileName);
  }

  release(): void {
    buffers.give(this.#whole);
  }

  onField(name: string, value: string): void {
    if (name !== "path" || this.#hasFolderField) return;
    this.#hasFolderField = true;
    if (value === this.#folder) return;
    if (this.files.some((file) => file.hasTarget || file.isStoring)) {
      const { partBytes } = this.#options;
      const why = `"path" came after more than ${partBytes} bytes of files`;
      const message = `Cannot store the files there: ${why}; send it before them, or as ?path=`;
      throw new FilesError("bad_request", message);
    }
    this.#folder = value;
  }

  onFile({ name, filename, contentType }: FilePartHead): void {
    const { field, maxFiles, beyond, space, call } = this.#options;
    if (name !== field) return;
    if (this.files.length === maxFiles) {
      if (beyond === "skip") return;
      throw new FilesError("too_many_files", `maximum ${maxFiles} files allowed per batch`);
    }
    const fileName = filename.slice(filename.lastIndexOf("/") + 1);
    const type = contentTypeOf(fileName, contentType);
    this.#current = new IncomingFile({
      fileName,
      maxBytes: space.maxUploadBytes,
      store: space.store,
      partBytes: this.#options.partBytes,
      partsInFlight: this.#options.partsInFlight,
      buffer: this.#whole.subarray(this.#wholeUsed),
      signal: call.signal,
      target: () => this.#targetOf(fileName, type),
      onRoom: () => this.#onRoom(),
    });
    this.files.push(this.#current);
  }

  onFileData(bytes: Uint8Array): void {
    if (this.#current?.write(bytes) === false) this.#pause();
  }

  onFileEnd(): void {
    const file = this.#current;
    if (file === undefined) return;
    this.#current = undefined;
    if (this.#whole !== noBytes) this.#wholeUsed += file.bytes;
    else this.#storeEarly();
  }

  #targetOf(fileName: string, contentType: string): ObjectTarget {
    const { ifNoneMatch } = this.#options;
    return { key: this.keyOf(fileName), options: { contentType, ifNoneMatch } };
  }

  /** While more than a part waits in memory, files go to the store before the form's end. */
  #storeEarly(): void {
    const { partBytes, maxStoring } = this.#options;
    const isHeld = (file: IncomingFile): boolean => file !== this.#current && !file.isStored;
    const held = this.files.filter(isHeld);
    const bytes = held.reduce((sum, file) => sum + file.heldBytes, 0);
    if (bytes <= partBytes || this.#isOver) return;
    let storing = held.filter((file) => file.isStoring).length;
    for (const file of held) {
      if (file.isStoring || storing === maxStoring) continue;
      storing += 1;
      const stored = (): void => this.#onRoom();
      file.store().then(stored, stored);
    }
    this.#pause();
  }

  #onRoom(): void {
    this.#resume();
    // Of the only file that counts: its client need not send gigabytes more to hear of it.
    if (this.#options.beyond === "skip" && this.#current?.hasFailed === true) this.#finish();
    if (this.#whole === noBytes) this.#storeEarly();
  }

  #end(): void {
    this.#decoder.end();
    this.#finish();
  }

  #finish(): void {
    this.#isOver = true;
    this.#done.resolve();
  }

  /** What comes after a mistake is read and thrown away. */
  #try(step: () => void): void {
    if (this.#isOver) return;
    try {
      step();
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.#isOver = true;
    this.#resume();
    this.#done.reject(error);
  }

  #pause(): void {
    if (this.#isPaused || this.#isOver) return;
    this.#isPaused = true;
    this.#options.call.pauseBody();
  }

  #resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#options.call.resumeBody();
  }
}

const noBytes: Uint8Array = new Uint8Array(0);
const buffers = new FormBuffers();

function cutOff(): FilesError {
  const message = "Cannot read the form: it is cut off before its closing boundary";
  return new FilesError("bad_request", message);
}
