import { posix } from "node:path";

/** What a k6 archive says of itself in metadata.json. */
export interface Metadata {
  readonly type: "js";
  readonly options: Readonly<Record<string, unknown>>;
  /** URL of the script. */
  readonly filename: string;
  /** URL of the folder in which it was started. */
  readonly pwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly compatibilityMode: string;
  readonly k6version: string;
  readonly goos: string;
  readonly dependencies: Readonly<Record<string, string>>;
}

/** The script itself lies in an entry of this name. */
export const dataEntry = "data";
export const metadataEntry = "metadata.json";

/**
 * Where a file of the script's lies in the archive, by its URL: "file/home/nobody/a.js",
 * "https/host/a.js". As in k6 the names of users do not go into archives.
 */
export function entryOf(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  const path = decodeURIComponent(pathname);
  return protocol === "file:" ? `file${anonymous(path)}` : posix.join("https", host, path);
}

/** A path without the name of whose home it is in. */
export function anonymous(path: string): string {
  return path.replace(
    /^((?:\/[a-zA-Z])?\/(?:Users|home|Documents and Settings))\/[^/]+/i,
    (_, homes: string) => `${homes}/nobody`,
  );
}
