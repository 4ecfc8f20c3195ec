import type { Upload, UploadedPart } from "@breakwater/object-store";
import type { Call } from "@breakwater/service";
import { FilesError } from "../files-error.ts";
import { PART_BYTES, PARTS_IN_FLIGHT, PartFiller, partBytesFor } from "../uploads/part-filler.ts";
import { type BodyChecksum, checkChecksum } from "./body-checksum.ts";
import type { TusState, TusUploads } from "./tus-uploads.ts";
import type { UploadLock } from "./upload-locks.ts";

export interface Appending {
  readonly call: Call;
  readonly uploads: TusUploads;
  readonly state: TusState;
  readonly lock: UploadLock;
  readonly checksum: BodyChecksum | undefined;
}

export interface Appended {
  /** Where the upload is now. All before it is in the store. */
  readonly offset: number;
  /** The file is where it belongs. */
  readonly isDone: boolean;
}

/** A body with a checksum counts as a whole or not at all, so it is held until it has come. */
export const MAX_CHECKED_BYTES: number = PART_BYTES;

/**
 * Adds a request's body to an upload. What came before a connection was cut stays, but for a body
 * with a checksum. Throws FilesError, and whatever the store does; all that is in the store then
 * counts all the same.
 */
export async function append(appending: Appending): Promise<Appended> {
  const { call, state, checksum } = appending;
  const left = state.info.bytes - state.offset;
  const { contentLength = 0 } = call.request;
  if (contentLength > left) throw tooMuch(left);
  if (checksum === undefined) return appendStream(appending);
  const bytes = await checkedBody(appending, checksum);
  if (bytes.length > left) throw tooMuch(left);
  const filling = await startFilling(appending, () => {});
  filling.filler.write(bytes);
  return keep(appending, filling);
}

/** How a body ended. */
type BodyEnd = "complete" | "cut" | "too much";

async function appendStream(appending: Appending): Promise<Appended> {
  const { call, state, lock } = appending;
  const ended = Promise.withResolvers<BodyEnd>();
  let isOver = false;
  let isPaused = false;
  const stop = (how: BodyEnd): void => {
    isOver = true;
    ended.resolve(how);
  };
  const filling = await startFilling(appending, () => {
    if (isPaused) call.resumeBody();
    isPaused = false;
    if (filling.filler.hasFailed) stop("cut");
  });
  const { filler } = filling;
  let left = state.info.bytes - state.offset;
  call.readBody({
    onData: (bytes) => {
      if (isOver) return;
      left -= bytes.length;
      if (left < 0) stop("too much");
      else if (!filler.write(bytes) && !isPaused) {
        isPaused = true;
        call.pauseBody();
      }
    },
    onEnd: () => stop("complete"),
    onAbort: () => stop("cut"),
  });
  lock.onInterrupt(() => stop("cut"));
  const end = await ended.promise;
  if (end === "too much") {
    await filler.settled();
    throw tooMuch(state.info.bytes - state.offset);
  }
  const appended = await keep(appending, filling);
  if (end === "complete") return appended;
  const message = "The upload was broken off, or goes on elsewhere: ask HEAD for its offset";
  throw new FilesError("conflict", message);
}

interface Filling {
  readonly filler: PartFiller;
  /** All of the upload, by their numbers. */
  readonly parts: UploadedPart[];
  readonly upload: () => Promise<Upload>;
}

/** Behind the parts that are there, with the tail as the beginning of the next. */
async function startFilling({ uploads, state }: Appending, onRoom: () => void): Promise<Filling> {
  const { info } = state;
  const tail = await uploads.tail(state);
  const parts = [...state.parts];
  let begun: Promise<Upload> | undefined;
  const upload = (): Promise<Upload> => {
    begun ??= uploads.multipart(info);
    return begun;
  };
  const filler = new PartFiller({
    partBytes: partBytesFor(info.bytes),
    partsInFlight: PARTS_IN_FLIGHT,
    buffer: tail,
    filled: tail.length,
    onRoom,
    send: async (index, bytes) => {
      const place = state.parts.length + index;
      parts[place] = await (await upload()).putPart(place + 1, bytes);
    },
  });
  return { filler, parts, upload };
}

/** Brings all that the filler holds to the store. */
async function keep({ uploads, state }: Appending, filling: Filling): Promise<Appended> {
  const { filler } = filling;
  const { info, parts, tailBytes } = state;
  const partBytes = partBytesFor(info.bytes);
  const before = parts.length * partBytes;
  const offset = before + filler.bytes;
  const isDone = offset === info.bytes;
  const isWhole = isDone && info.bytes <= partBytes;
  if (isDone && !isWhole) filler.send();
  await filler.sent();
  if (isWhole) await uploads.finishWhole(info, filler.rest);
  else if (isDone) {
    await uploads.finishParts(info, { upload: await filling.upload(), parts: filling.parts });
  } else if (offset > before + tailBytes) {
    await uploads.saveTail(info, { start: offset - filler.rest.length, bytes: filler.rest });
  }
  return { offset, isDone };
}

function checkedBody({ call, lock }: Appending, checksum: BodyChecksum): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const pieces: Uint8Array[] = [];
    let length = 0;
    const cut = (): void => {
      reject(new FilesError("conflict", "The body was broken off before its checksum was checked"));
    };
    lock.onInterrupt(cut);
    call.readBody({
      onData: (bytes) => {
        length += bytes.length;
        if (length <= MAX_CHECKED_BYTES) pieces.push(bytes.slice());
      },
      onEnd: () => {
        if (length > MAX_CHECKED_BYTES) {
          const message = `Cannot check the checksum of more than ${MAX_CHECKED_BYTES} bytes`;
          reject(new FilesError("too_large", `${message}: send less at once`));
          return;
        }
        const bytes = Buffer.concat(pieces);
        try {
          checkChecksum(bytes, checksum);
          resolve(bytes);
        } catch (error) {
          reject(error);
        }
      },
      onAbort: cut,
    });
  });
}

function tooMuch(left: number): FilesError {
  return new FilesError("too_large", `Cannot take more than the ${left} bytes that are left`);
}
