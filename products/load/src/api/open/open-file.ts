import { resolve } from "node:path";
import type { VuContext } from "../../vu/vu-context.ts";

/** What a script gives as a file's path, `file://` or not, as an absolute one. */
export function scriptPath(folder: string, path: string): string {
  return resolve(folder, path.startsWith(SCHEME) ? path.slice(SCHEME.length) : path);
}

const SCHEME = "file://";

/**
 * k6's open(): the file's content as text, or as an ArrayBuffer with the mode "b", at the script's
 * top level alone. A relative path starts at `folder`, the calling file's. Text and buffer are made
 * once and are the same for all VUs: a file to upload must not be there ten thousand times.
 *
 * Throws a TypeError, or the ScriptFileError of a file that cannot be had.
 */
export function openFile(
  vu: VuContext,
  folder: string,
  path: unknown,
  mode?: unknown,
): string | ArrayBuffer {
  vu.activity.assertLoading(`open ${String(path)}`);
  if (path === undefined || path === null || path === "") {
    throw new TypeError(`Cannot open a file without a name: give its path`);
  }
  const file = scriptPath(folder, String(path));
  // Read first: that says which files may be opened, what is shared does not.
  const bytes = vu.test.readFile(file);
  if (mode === "b") return vu.test.shared("open b", file, () => toBuffer(bytes));
  return vu.test.shared("open", file, () => toText.decode(bytes));
}

/** A byte order mark is part of the text in k6. */
const toText = new TextDecoder("utf-8", { ignoreBOM: true });

function toBuffer(bytes: Uint8Array): ArrayBuffer {
  const { buffer, byteLength } = bytes;
  const isWhole = buffer instanceof ArrayBuffer && buffer.byteLength === byteLength;
  return isWhole ? buffer : new Uint8Array(bytes).buffer;
}
