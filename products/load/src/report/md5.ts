import { createHash } from "node:crypto";

/** k6's ids of groups and checks are of their paths. */
export function md5(text: string): string {
  return createHash("md5").update(text).digest("hex");
}
