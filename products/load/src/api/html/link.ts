/**
 * A URL as RFC 3986 reads it, which links of documents without a URL need: the web's URL knows no
 * relative ones. Paths and fragments as they were written.
 */
export interface Link {
  /** In small letters, without the colon. */
  readonly scheme: string;
  /** What follows the colon of "mailto:…", which is no path. */
  readonly opaque: string;
  /** undefined when there is none: "//host" and "http:/path" differ. */
  readonly user: string | undefined;
  /** With the port. */
  readonly host: string;
  readonly path: string;
  /** Without the "?". */
  readonly query: string;
  /** Without the "#". */
  readonly fragment: string;
}

/** undefined when `text` is no URL. */
export function tryLink(text: string): Link | undefined {
  const [, scheme = "", authority, path = "", query = "", fragment = ""] =
    linkPattern.exec(text) ?? [];
  // A colon in the first segment of a relative path would make what is before it a scheme.
  if (hasControl.test(text) || (scheme === "" && /^[^/]*:/.test(path))) return undefined;
  if (badEscape.test(path) || badEscape.test(fragment)) return undefined;
  const { user, host } = /^(?:(?<user>.*)@)?(?<host>.*)$/s.exec(authority ?? "")?.groups ?? {};
  if (!hostPattern.test(host ?? "")) return undefined;
  const isOpaque = scheme !== "" && authority === undefined && !path.startsWith("/");
  return {
    scheme: scheme.toLowerCase(),
    opaque: isOpaque ? path : "",
    user,
    host: host ?? "",
    path: isOpaque ? "" : path,
    query,
    fragment,
  };
}

/** RFC 3986 section 5.2.2, with paths of URLs without a base made absolute as Go does. */
export function resolveLink(base: Link, link: Link): Link {
  const scheme = link.scheme === "" ? base.scheme : link.scheme;
  if (link.opaque !== "") return link;
  if (link.scheme !== "" || link.host !== "" || link.user !== undefined) {
    return { ...link, scheme, path: resolvePath(link.path, "") };
  }
  const { user, host } = base;
  const path = resolvePath(base.path, link.path);
  if (link.path !== "" || link.query !== "") return { ...link, scheme, user, host, path };
  const fragment = link.fragment === "" ? base.fragment : link.fragment;
  return { ...base, path, fragment };
}

export function linkText(link: Link): string {
  const { scheme, opaque, user, host, query, fragment } = link;
  const start = scheme === "" ? "" : `${scheme}:`;
  const hasAuthority = host !== "" || user !== undefined || scheme === "file";
  const authority = hasAuthority ? `//${user === undefined ? "" : `${user}@`}${host}` : "";
  const path = opaque === "" ? writable(link.path, pathPattern) : opaque;
  const end = `${query === "" ? "" : `?${query}`}`;
  const hash = fragment === "" ? "" : `#${writable(fragment, fragmentPattern)}`;
  return `${start}${authority}${path}${end}${hash}`;
}

/** Without percent-escapes. */
export function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The host without its port and brackets, and the port; the host as it is where there is none. */
export function splitHost(host: string): { readonly name: string; readonly port: string } {
  const { name, ip, port } =
    /^(?:\[(?<ip>[^\]]*)\]|(?<name>[^:]*)):(?<port>\d*)$/.exec(host)?.groups ?? {};
  return { name: name ?? ip ?? host, port: port ?? "" };
}

const linkPattern: RegExp =
  /^(?:([a-z][a-z\d+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/is;
const hasControl: RegExp = /\p{Cc}/u;
const badEscape: RegExp = /%(?![\da-f]{2})/i;
const hostPattern: RegExp = /^(?:\[[^\]]*\]|[^\s:"<>[\]\\^`{|}%]*)(?::\d*)?$/;
const pathPattern: RegExp = /^[\w.~!$&'()*+,;=:@/[\]%-]*$/;
const fragmentPattern: RegExp = /^[\w.~!$&'()*+,;=:@/?[\]%-]*$/;

/** As it was written when all of it may stand there, else all of it escaped anew. */
function writable(text: string, allowed: RegExp): string {
  if (allowed.test(text)) return text;
  const hex = (character: string): string => `%${character.charCodeAt(0).toString(16)}`;
  const escaped = encodeURI(unescaped(text).toWellFormed());
  return escaped.replace(/[?#!'()*]/g, (character) => hex(character).toUpperCase());
}

function resolvePath(base: string, path: string): string {
  const full = path === "" ? base : joined(base, path);
  if (full === "") return "";
  const kept: string[] = [];
  const segments = full.split("/");
  for (const segment of segments) {
    if (segment === "..") kept.pop();
    else if (segment !== ".") kept.push(segment);
  }
  if (/^\.\.?$/.test(segments.at(-1) ?? "")) kept.push("");
  return `/${kept.join("/").replace(/^\/+/, "")}`;
}

function joined(base: string, path: string): string {
  return path.startsWith("/") ? path : base.slice(0, base.lastIndexOf("/") + 1) + path;
}
