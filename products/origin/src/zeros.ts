import { closeSync, ftruncateSync, openSync, unlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Zero bytes in any number, as bodies. */
export interface Zeros extends Disposable {
  /** The most that there is. */
  readonly maxBytes: number;
  /** So many with their length known, so that they go out with a Content-Length. */
  blob(bytes: number): Blob;
  /** So many with no length, which go out in chunks. */
  stream(bytes: number): ReadableStream<Uint8Array<ArrayBuffer>>;
}

/** "10000G", the largest size that the origin promises. */
const MAX_BYTES = 10_000 * 2 ** 30;
/** From memory Bun answers /bin/1K 150,000 times a second, from a file 70,000. */
const MAX_MEMORY_BYTES = 4 * 2 ** 20;
/** What a slow reader of a stream can hold back: with 1 MiB 100 of them took 60 MB more. */
const MAX_CHUNK_BYTES = 2 ** 18;

export interface ZerosOptions {
  /** Where the file may lie, best first. */
  readonly directories?: readonly string[];
}

/**
 * Opens a file that is all hole: it takes no space, and Bun sends any part of it with sendfile.
 *
 * Bun.serve drops the Content-Length of a stream, and knows that of a blob or a file only. Where no
 * file can be made, there are as many as fit in memory.
 */
export function openZeros({ directories = ["/dev/shm", tmpdir()] }: ZerosOptions = {}): Zeros {
  const file = tryEach(directories, openHole);
  const memory = new Blob([new Uint8Array(MAX_MEMORY_BYTES)]);
  const chunk = new Uint8Array(MAX_CHUNK_BYTES);
  return {
    maxBytes: file === undefined ? MAX_MEMORY_BYTES : MAX_BYTES,
    blob: (bytes) => {
      const isSmall = file === undefined || bytes <= MAX_MEMORY_BYTES;
      return (isSmall ? memory : Bun.file(file.path)).slice(0, bytes);
    },
    stream: (bytes) => repeat(chunk, bytes),
    [Symbol.dispose]: () => file?.close(),
  };
}

interface Hole {
  readonly path: string;
  readonly close: () => void;
}

function openHole(directory: string): Hole {
  const path = join(directory, `breakwater-zeros-${crypto.randomUUID()}`);
  const file = openSync(path, "wx", 0o600);
  try {
    ftruncateSync(file, MAX_BYTES);
  } catch (error) {
    closeSync(file);
    unlinkSync(path);
    throw error;
  }
  // On Linux the file lives on without its name, so that nothing is left even by SIGKILL.
  if (process.platform === "linux") {
    unlinkSync(path);
    return { path: `/proc/self/fd/${file}`, close: once(() => closeSync(file)) };
  }
  closeSync(file);
  return { path, close: once(() => unlinkSync(path)) };
}

function tryEach<In, Out>(inputs: readonly In[], attempt: (input: In) => Out): Out | undefined {
  for (const input of inputs) {
    try {
      return attempt(input);
    } catch {
      // No such directory, read-only, or no files that large: the next may do.
    }
  }
  return undefined;
}

function once(close: () => void): () => void {
  let isClosed: boolean = false;
  return () => {
    if (isClosed) return;
    isClosed = true;
    close();
  };
}

/** The same chunk over and over. Sent chunks are copied, so it can be shared by all answers. */
function repeat(
  chunk: Uint8Array<ArrayBuffer>,
  bytes: number,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  let leftBytes = bytes;
  return new ReadableStream({
    pull(controller) {
      if (leftBytes === 0) return controller.close();
      const sentBytes = Math.min(leftBytes, chunk.length);
      controller.enqueue(chunk.subarray(0, sentBytes));
      leftBytes -= sentBytes;
    },
  });
}
