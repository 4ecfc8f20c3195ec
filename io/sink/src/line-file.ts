import { appendLines } from "./append-lines.ts";
import { unwritable } from "./unwritable.ts";

/** Text is gathered up to this many characters; writing is synchronous, as it must not pile up. */
const MAX_PENDING_CHARS = 1 << 20;

/** A file, or stdout, that several processes append lines to. */
export interface LineFile {
  /** Whether adding is in vain: a write has failed, which was told. */
  readonly hasFailed: boolean;
  /** One or more whole lines. */
  add(lines: string): void;
  flush(): void;
}

/** `path` "-" is stdout; with .gz at its end what is written is compressed. */
export function lineFile(path: string, onLost: (message: string) => void): LineFile {
  let pending = "";
  let hasFailed = false;
  const flush = (): void => {
    if (pending === "" || hasFailed) return;
    try {
      appendLines(path, pending);
    } catch (error) {
      hasFailed = true;
      onLost(`${unwritable("samples", path, error)}; no more are written`);
    }
    pending = "";
  };
  return {
    get hasFailed() {
      return hasFailed;
    },
    add: (lines) => {
      if (hasFailed) return;
      pending += lines;
      if (pending.length > MAX_PENDING_CHARS) flush();
    },
    flush,
  };
}
