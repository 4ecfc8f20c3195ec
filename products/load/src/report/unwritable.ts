/** Says why a result cannot be written, in words where there are some. */
export function unwritable(what: string, path: string, error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const why = (code === undefined ? message : reasons[code]) ?? message;
  const where = path === "-" ? "standard output" : `"${path}"`;
  return `Cannot write ${what} to ${where}: ${why}`;
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
