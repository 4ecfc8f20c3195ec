import { type ListedPage, ObjectStoreError } from "@breakwater/object-store";
import type { CallHandler } from "@breakwater/service";
import { type AsOf, type Links, urlOf } from "../caches/links.ts";
import type { KeptListing } from "../caches/lists.ts";
import { respondText, successText } from "../envelope.ts";
import { isHidden } from "../file-path.ts";
import type { FileSpace } from "../file-space.ts";
import { FilesError } from "../files-error.ts";
import type { FilesParts } from "../files-parts.ts";
import { queryOf } from "../query.ts";

/** What of a folder is asked for. */
interface Wanted {
  readonly prefix: string;
  readonly pageSize: number;
  readonly isFoldersOnly: boolean;
  /** Of the page before. */
  readonly token: string | undefined;
}

const MAX_PAGE = 1000;
const MAX_TOKEN_CHARS = 8192;

/** A page of a folder, `?path=&pageSize=&isFolder=`; the next one by x-next, or `&next=`. */
export function list(parts: FilesParts): CallHandler {
  const { lists, ownLinks, spaceOf, settings } = parts;
  return (call) => {
    const space = spaceOf(call, "read");
    const query = queryOf(call);
    const token = call.request.header("x-next") ?? query.get("next") ?? "";
    if (token.length > MAX_TOKEN_CHARS) {
      throw badToken();
    }
    const wanted: Wanted = {
      prefix: space.folderOf(query.get("path") ?? ""),
      pageSize: pageSizeOf(query.get("pageSize"), settings),
      isFoldersOnly: /^(1|t|T|true|TRUE|True)$/.test(query.get("isFolder") ?? ""),
      token: token === "" ? undefined : token,
    };
    const found = lists.find({
      prefix: wanted.prefix,
      question: `${space.prefix}\0${wanted.pageSize}\0${wanted.isFoldersOnly}\0${token}`,
      load: () => load(space, wanted, parts),
    });
    const respond = ({ body }: KeptListing): void =>
      respondText(call, ownLinks.reachable(call, body));
    return found instanceof Promise ? found.then(respond) : respond(found);
  };
}

const badToken = (): FilesError =>
  new FilesError("bad_request", "Cannot use that x-next: send the nextPageToken of a page", {
    original: { message: "InvalidArgument" },
  });

function pageSizeOf(
  text: string | undefined,
  { paginationPageSize, compat }: FilesParts["settings"],
): number {
  if (text === undefined || text === "") return paginationPageSize;
  const size = /^[+-]?\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (size >= 1 && size <= MAX_PAGE) return size;
  if (compat && Number.isNaN(size)) return paginationPageSize;
  // The original asked for one more than that, and S3 gives no more than 1,000.
  if (compat && size >= 0) return Math.min(size, MAX_PAGE);
  const hint = `it takes a whole number from 1 to ${MAX_PAGE}`;
  throw new FilesError("bad_request", `Cannot use pageSize ${JSON.stringify(text)}: ${hint}`, {
    original: { message: "InvalidArgument" },
  });
}

async function load(space: FileSpace, wanted: Wanted, parts: FilesParts): Promise<Uint8Array> {
  const { settings, links, kit } = parts;
  const { prefix, pageSize, token } = wanted;
  const maxKeys = settings.compat ? Math.min(pageSize + 1, MAX_PAGE) : pageSize;
  const { version } = links;
  const asked = { prefix, delimiter: "/", maxKeys, continuationToken: token };
  const page = await space.store.list(asked).catch((error: unknown) => {
    const isToken = error instanceof ObjectStoreError && error.code === "bad_request";
    throw isToken && token !== undefined ? badToken() : error;
  });
  const folders = page.commonPrefixes
    .filter((key) => !isHidden(key))
    .map((key) => folderDetails(space.pathOf(key), settings));
  const asOf = { nowMs: kit.clock.nowMs(), version };
  const files = wanted.isFoldersOnly ? [] : fileDetails(page, { space, prefix, links, asOf });
  const text = settings.compat
    ? originalText(page, folders, files)
    : pageText(page, folders, files);
  return new TextEncoder().encode(successText(text));
}

interface FileSource {
  readonly space: FileSpace;
  readonly prefix: string;
  readonly links: Links;
  readonly asOf: AsOf;
}

/** As JSON: the folder's own marker is none of its files. */
function fileDetails({ objects }: ListedPage, source: FileSource): readonly string[] {
  const { space, prefix, links, asOf } = source;
  return objects
    .filter(({ key }) => key !== prefix)
    .map(({ key, bytes, modifiedMs }) => {
      const name = space.pathOf(key);
      return JSON.stringify({
        name,
        isFolder: false,
        size: bytes,
        lastModified: new Date(modifiedMs).toISOString(),
        downloadLink: urlOf(links.ofListed(space, name, asOf)),
      });
    });
}

/** A store knows no time of a folder: there is one only in what keys have in common. */
export function folderDetails(name: string, { compat }: { readonly compat: boolean }): string {
  const lastModified = compat ? `${new Date().toISOString().slice(0, 19)}Z` : null;
  return JSON.stringify({ name, isFolder: true, size: 0, lastModified });
}

function pageText(
  { nextToken }: ListedPage,
  folders: readonly string[],
  files: readonly string[],
): string {
  const next = nextToken === undefined ? "" : `"nextPageToken":${JSON.stringify(nextToken)},`;
  const counts = `"noOfRecordsReturned":${folders.length + files.length}`;
  const each = `"filesCount":${files.length},"foldersCount":${folders.length}`;
  const data = `"data":[${[...folders, ...files].join(",")}]`;
  return `{${data},${next}"isLastPage":${nextToken === undefined},${counts},${each}}`;
}

/** Whatever is empty, zero or false is left out, and no list is null. */
function originalText(
  { nextToken }: ListedPage,
  folders: readonly string[],
  files: readonly string[],
): string {
  const all = [...folders, ...files];
  const parts = [
    `"data":${all.length === 0 ? "null" : `[${all.join(",")}]`}`,
    nextToken === undefined ? '"isLastPage":true' : `"nextPageToken":${JSON.stringify(nextToken)}`,
    ...(all.length === 0 ? [] : [`"noOfRecordsReturned":${all.length}`]),
    ...(files.length === 0 ? [] : [`"filesCount":${files.length}`]),
    ...(folders.length === 0 ? [] : [`"foldersCount":${folders.length}`]),
  ];
  return `{${parts.join(",")}}`;
}
