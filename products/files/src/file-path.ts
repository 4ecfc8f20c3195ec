import { MAX_KEY_BYTES } from "@breakwater/s3";
import { FilesError } from "./files-error.ts";
import { HIDDEN_PREFIX } from "./tus/tus-prefix.ts";

/** Throws FilesError unless that can be the path of a file, below a prefix of the store. */
export function checkPath(path: string, prefix: string): void {
  const why = mistakeIn(path, prefix);
  if (why === undefined) return;
  throw new FilesError("bad_path", `Cannot use ${shownPath(path)} as a path: ${why}`, {
    original: { message: `InvalidParameter: ${why}` },
  });
}

/** "photos" and "photos/" to "photos/", "" stays: what all keys of a folder begin with. */
export function toFolder(path: string, prefix: string): string {
  if (path === "") return "";
  const folder = path.endsWith("/") ? path : `${path}/`;
  checkPath(folder, prefix);
  return folder;
}

function mistakeIn(path: string, prefix: string): string | undefined {
  if (path === "") return "it is empty";
  if (!path.isWellFormed()) return "it is not UTF-8";
  if (controls.test(path)) return "it has control characters";
  if (dots.test(path)) return '"." and ".." are no names';
  if (isHidden(prefix + path)) return "it is the service's own";
  const left = MAX_KEY_BYTES - prefix.length;
  if (path.length * 3 > left && Buffer.byteLength(path) > left) {
    return `it is longer than ${left} bytes`;
  }
  return undefined;
}

/** What is the service's own is shown to nobody. */
export const isHidden = (key: string): boolean => key.startsWith(HIDDEN_PREFIX);

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
const controls = /[\0-\x1f\x7f]/;
const dots = /(?:^|\/)\.\.?(?:\/|$)/;

/** Short, and without what a log or a terminal would take ill. */
export function shownPath(path: string): string {
  const text = path.length > MAX_SHOWN ? `${path.slice(0, MAX_SHOWN)}…` : path;
  return JSON.stringify(text.toWellFormed()).replaceAll("\u007f", "\\u007f");
}

const MAX_SHOWN = 100;
