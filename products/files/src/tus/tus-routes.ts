import type { ObjectStore } from "@breakwater/object-store";
import type { Call, CallHandler, ServiceRoutes, Stage } from "@breakwater/service";
import type { FileSpace } from "../file-space.ts";
import { FilesError } from "../files-error.ts";
import { contentTypeOf } from "../uploads/content-type.ts";
import { ifNoneMatchOf } from "../uploads/if-none-match.ts";
import { PARTS_IN_FLIGHT, partBytesFor } from "../uploads/part-filler.ts";
import type { TransferParts } from "../uploads/upload-routes.ts";
import { checksumAlgorithms, parseChecksum } from "./body-checksum.ts";
import { append } from "./tus-append.ts";
import {
  OFFSET_TYPE,
  parseMetadata,
  sizeField,
  TUS_EXTENSIONS,
  TUS_VERSION,
} from "./tus-fields.ts";
import { expiryMs, newUploadId, type TusState, TusUploads } from "./tus-uploads.ts";
import { UploadLocks } from "./upload-locks.ts";

export interface TusParts extends TransferParts {
  readonly settings: { readonly maxUpload: number; readonly uploadLife: number };
  readonly epochMs: () => number;
  readonly newId: () => string;
}

/**
 * Resumable uploads at /tus, by tus 1.0.0 with creation, creation-with-upload, expiration,
 * termination and checksum.
 */
export function tusRoutes(parts: TusParts): ServiceRoutes {
  const tus = new Tus(parts);
  const route = (handler: CallHandler): { handler: CallHandler; stages: Stage[] } => ({
    handler,
    stages: [speaksTus],
  });
  const create = route((call) => tus.create(call));
  const options = route((call) => tus.options(call));
  const patch = route((call) => tus.patch(call));
  const remove = route((call) => tus.remove(call));
  const head = route((call) => tus.head(call));
  const overridden: CallHandler = (call) => {
    const method = call.request.header("x-http-method-override")?.toUpperCase();
    if (method === "PATCH") return tus.patch(call);
    if (method === "DELETE") return tus.remove(call);
    throw new FilesError("bad_request", "Cannot POST to an upload: send PATCH, HEAD or DELETE");
  };
  return {
    "POST /tus": create,
    "POST /tus/": create,
    "OPTIONS /tus": options,
    "OPTIONS /tus/": options,
    "OPTIONS /tus/:id": options,
    "HEAD /tus/:id": head,
    "PATCH /tus/:id": patch,
    "DELETE /tus/:id": remove,
    // For clients whose network lets nothing else through.
    "POST /tus/:id": route(overridden),
  };
}

/** Section "Tus-Resumable": on every answer, and the wrong one is 412. */
const speaksTus: Stage = (next) => (call) => {
  call.setFields([
    ["tus-resumable", TUS_VERSION],
    ["cache-control", "no-store"],
  ]);
  const version = call.request.header("tus-resumable");
  if (version === TUS_VERSION || call.request.method === "OPTIONS") return next(call);
  call.setField("tus-version", TUS_VERSION);
  const shown = version === undefined ? "no version" : `version ${version.slice(0, 20)}`;
  const message = `Cannot speak tus of ${shown}: send Tus-Resumable: ${TUS_VERSION}`;
  throw new FilesError("precondition_failed", message);
};

class Tus {
  readonly #parts: TusParts;
  readonly #locks: UploadLocks = new UploadLocks();
  readonly #uploads: (store: ObjectStore) => TusUploads;

  constructor(parts: TusParts) {
    const { epochMs } = parts;
    this.#parts = parts;
    this.#uploads = (store) => new TusUploads({ store, epochMs });
  }

  options(call: Call): void {
    call.respond({
      status: 204,
      fields: [
        ["tus-version", TUS_VERSION],
        ["tus-extension", TUS_EXTENSIONS],
        ["tus-max-size", String(this.#parts.settings.maxUpload)],
        ["tus-checksum-algorithm", checksumAlgorithms],
      ],
    });
  }

  async create(call: Call): Promise<void> {
    const { spaceOf, epochMs, newId, settings } = this.#parts;
    const space = spaceOf(call, "write");
    const bytes = newLength(call, space);
    const metadata = call.request.header("upload-metadata") ?? "";
    const { key, contentType } = target(metadata, space);
    const ifNoneMatch = ifNoneMatchOf(call);
    if (ifNoneMatch !== undefined && (await space.store.head(key)) !== undefined) {
      throw new FilesError("precondition_failed", "Cannot begin the upload: the file exists");
    }
    const hasBytes = call.request.header("content-type") === OFFSET_TYPE;
    const checksum = hasBytes ? call.request.header("upload-checksum") : undefined;
    if (checksum !== undefined) parseChecksum(checksum);
    const id = newUploadId(epochMs() + settings.uploadLife, newId);
    const info = { id, prefix: space.prefix, key, bytes, contentType, metadata, ifNoneMatch };
    const state = await this.#uploads(space.store).create(info);
    call.setFields([
      ["location", `/tus/${id}`],
      ["upload-expires", httpDate(expiryMs(id))],
    ]);
    const offset = hasBytes || bytes === 0 ? await this.#append(call, { space, state }) : 0;
    call.respond({ status: 201, fields: [["upload-offset", String(offset)]] });
  }

  async head(call: Call): Promise<void> {
    const space = this.#parts.spaceOf(call, "write");
    const { id = "" } = call.route.params;
    await this.#locks.interrupt(id);
    const { info, offset } = await this.#uploads(space.store).find(id, space);
    call.respond({
      status: 200,
      fields: [
        ["upload-offset", String(offset)],
        ["upload-length", String(info.bytes)],
        ["upload-expires", httpDate(expiryMs(id))],
        ...(info.metadata === "" ? [] : [["upload-metadata", info.metadata] as const]),
      ],
    });
  }

  async patch(call: Call): Promise<void> {
    const space = this.#parts.spaceOf(call, "write");
    const { id = "" } = call.route.params;
    const type = call.request.header("content-type");
    if (type !== OFFSET_TYPE) {
      const message = `Cannot read a body of type ${type ?? "none"}: send ${OFFSET_TYPE}`;
      throw new FilesError("unsupported_media_type", message);
    }
    const offset = sizeField(call, "upload-offset");
    using lock = this.#locks.lock(id);
    const state = await this.#uploads(space.store).find(id, space);
    if (offset !== state.offset) {
      const message = `Cannot go on at ${offset}: the upload is at ${state.offset}`;
      throw new FilesError("conflict", message);
    }
    const reached = await this.#append(call, { space, state, lock });
    call.respond({
      status: 204,
      fields: [
        ["upload-offset", String(reached)],
        ["upload-expires", httpDate(expiryMs(id))],
      ],
    });
  }

  async remove(call: Call): Promise<void> {
    const space = this.#parts.spaceOf(call, "write");
    const { id = "" } = call.route.params;
    await this.#locks.interrupt(id);
    using _lock = this.#locks.lock(id);
    const uploads = this.#uploads(space.store);
    const { info } = await uploads.find(id, space);
    await uploads.remove(info);
    call.respond({ status: 204 });
  }

  async #append(call: Call, { space, state, ...held }: ToAppend): Promise<number> {
    const { info } = state;
    if (info.bytes === state.offset && info.isDone === true) return state.offset;
    const { memory } = this.#parts;
    const most = partBytesFor(info.bytes) * (PARTS_IN_FLIGHT + 1);
    const needed = Math.min(state.tailBytes + (call.request.contentLength ?? most), most);
    using _memory = await memory.take(needed, () => call.signal);
    using lock = held.lock ?? this.#locks.lock(info.id);
    const text = call.request.header("upload-checksum");
    const checksum = text === undefined ? undefined : parseChecksum(text);
    const uploads = this.#uploads(space.store);
    const { offset, isDone } = await append({ call, uploads, state, lock, checksum });
    if (isDone) await space.changed(info.key);
    return offset;
  }
}

interface ToAppend {
  readonly space: FileSpace;
  readonly state: TusState;
  /** Left out: taken. */
  readonly lock?: ReturnType<UploadLocks["lock"]>;
}

function newLength(call: Call, { maxUploadBytes }: FileSpace): number {
  for (const name of ["upload-defer-length", "upload-concat"]) {
    if (call.request.header(name) === undefined) continue;
    const message = `Cannot begin an upload with ${name}: only with Upload-Length, as one`;
    throw new FilesError("bad_request", message);
  }
  const bytes = sizeField(call, "upload-length");
  if (bytes <= maxUploadBytes) return bytes;
  const message = `Cannot take ${bytes} bytes: a file may have ${maxUploadBytes} at most`;
  throw new FilesError("too_large", message);
}

/** By the names that tus' own client and Uppy use: filename, filetype, path. */
function target(metadata: string, space: FileSpace): { key: string; contentType: string } {
  const said = parseMetadata(metadata);
  const fileName = said.get("filename") ?? said.get("name") ?? "";
  if (fileName === "" || fileName.includes("/")) {
    const message = "Cannot begin an upload without a name: send filename in Upload-Metadata";
    throw new FilesError("bad_request", fileName === "" ? message : `${message}, without "/"`);
  }
  const folder = said.get("path") ?? "";
  const path = folder === "" || folder.endsWith("/") ? folder : `${folder}/`;
  const type = said.get("filetype") ?? said.get("type");
  return { key: space.keyOf(path + fileName), contentType: contentTypeOf(fileName, type) };
}

/** RFC 9110, section 5.6.7. */
const httpDate = (epochMs: number): string => new Date(epochMs).toUTCString();
