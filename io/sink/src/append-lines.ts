import { appendFileSync, writeSync } from "node:fs";
import { gzipSync } from "node:zlib";

/**
 * Appends whole lines to a file, or to stdout when the path is "-"; several processes may do so at
 * once. What is written to a `.gz` is a gzip member of its own: every reader joins them. Throws
 * what the system says.
 */
export function appendLines(path: string, lines: string): void {
  if (path === "-") writeLines(1, lines);
  // Level 1: half the size costs a third of the time of the default, which the load would feel.
  else appendFileSync(path, path.endsWith(".gz") ? gzipSync(lines, { level: 1 }) : lines);
}

/** POSIX's PIPE_BUF on Linux: up to this a write to a pipe is not mixed with another process's. */
const MAX_ATOMIC_BYTES = 4096;

/**
 * Whoever reads stdout may be slow; one that does not read at all must not hold the run for ever.
 */
const MAX_WAIT_MS = 5000;
const WAIT_MS = 5;

/** To a file descriptor that may be a pipe without room: waits for room, the run with it. */
export function writeLines(fd: number, lines: string): void {
  const bytes = Buffer.from(lines);
  let start = 0;
  while (start < bytes.length) {
    const limit = start + MAX_ATOMIC_BYTES;
    const lastLineEnd = bytes.lastIndexOf(0x0a, limit - 1) + 1;
    const end = limit >= bytes.length || lastLineEnd <= start ? limit : lastLineEnd;
    writeAll(fd, bytes.subarray(start, end));
    start = end;
  }
}

function writeAll(fd: number, bytes: Uint8Array): void {
  let written = 0;
  let waitedMs = 0;
  while (written < bytes.length) {
    try {
      written += writeSync(fd, bytes, written);
      waitedMs = 0;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN" || waitedMs >= MAX_WAIT_MS)
        throw error;
      Atomics.wait(sleeper, 0, 0, WAIT_MS);
      waitedMs += WAIT_MS;
    }
  }
}

const sleeper = new Int32Array(new SharedArrayBuffer(4));
