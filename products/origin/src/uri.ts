/**
 * The path and query that were asked for, without the scheme and host that Bun puts before them.
 *
 * By hand because the URL of a request is not always one: with an empty or odd Host it is the path
 * alone.
 */
export function uriOf({ url }: Pick<Request, "url">): string {
  const hostAt = url.startsWith("/") ? 0 : url.indexOf("://") + 3;
  return url.slice(url.indexOf("/", hostAt));
}

/** The query of a request. */
export function queryOf({ url }: Pick<Request, "url">): URLSearchParams {
  const queryAt = url.indexOf("?");
  return new URLSearchParams(queryAt === -1 ? "" : url.slice(queryAt));
}
