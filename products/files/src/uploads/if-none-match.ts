import type { Call } from "@breakwater/service";
import { FilesError } from "../files-error.ts";

/**
 * RFC 9110, section 13.1.2: whoever sends `*` wants nothing overwritten. Throws FilesError
 * "bad_request" for other conditions.
 */
export function ifNoneMatchOf({ request }: Call): "*" | undefined {
  const condition = request.header("if-none-match");
  if (condition === undefined || condition === "*") return condition;
  const message = `Cannot check If-None-Match: ${condition.slice(0, 80)}: an upload takes * only`;
  throw new FilesError("bad_request", message);
}
