/** Says why a result cannot be written, in words where there are some. */
export function unwritable(what: string, path: string, error: unknown): string {
  const where = path === "-" ? "standard output" : `"${path}"`;
  return `Cannot write ${what} to ${where}: ${inWords(error)}`;
}

/** Why a file cannot be read. */
export function unreadable(error: unknown): string {
  const why = (error as NodeJS.ErrnoException).code === "ENOENT" ? "there is no such file" : "";
  return why || inWords(error);
}

function inWords(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return (code === undefined ? message : reasons[code]) ?? message;
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  EISDIR: "it is a folder",
  ENOTDIR: "a part of the path is no folder",
  EEXIST: "a part of the path is no folder",
  ENOENT: "there is no such folder",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EROFS: "the disk cannot be written to",
  EPIPE: "nobody reads it any more",
};
