import { shownPath } from "./file-path.ts";
import { FilesError } from "./files-error.ts";

/** The file that a query names. Throws FilesError if it names none. */
export function pathIn(query: ReadonlyMap<string, string>): string {
  const path = query.get("path") ?? "";
  if (path !== "") return path;
  throw new FilesError("bad_path", "Cannot tell which file is meant: name it by ?path=", {
    original: {
      message: "InvalidParameter: 1 validation error(s) found.\n- minimum field size of 1, Key.",
    },
  });
}

export const notFound = (path: string): FilesError =>
  new FilesError("not_found", `Cannot find ${shownPath(path)}`);
