import type { Call } from "@breakwater/service";
import { FilesError } from "./files-error.ts";

/**
 * The first value of each name in the query. Throws FilesError where URLSearchParams would put
 * U+FFFD in silence: what is not UTF-8 is no path of a file.
 */
export function queryOf({ request }: Call): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  if (request.query === "") return values;
  for (const pair of request.query.split("&")) {
    const equals = pair.indexOf("=");
    const name = decoded(equals === -1 ? pair : pair.slice(0, equals));
    if (!values.has(name)) values.set(name, equals === -1 ? "" : decoded(pair.slice(equals + 1)));
  }
  return values;
}

function decoded(text: string): string {
  if (!text.includes("%") && !text.includes("+")) return text;
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    throw new FilesError("bad_request", "Cannot read the query: write UTF-8 as %C3%A9", {
      original: { message: "invalid URL escape" },
    });
  }
}
