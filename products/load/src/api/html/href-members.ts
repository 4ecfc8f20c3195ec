import type { Element } from "./element.ts";
import { type Link, linkText, resolveLink, splitHost, tryLink, unescaped } from "./link.ts";
import type { Member } from "./tag-attributes.ts";

/** What `a` and `area` say of the parts of their href; "" where it is absent or no URL. */
export const hrefMembers: Readonly<Record<string, Member>> = {
  hash: (element) => prefixed("#", unescaped(hrefOf(element).fragment)),
  host: (element) => {
    const { scheme, host } = hrefOf(element);
    const { name, port } = splitHost(host);
    return port !== "" && port === defaultPorts[scheme] ? name : host;
  },
  hostname: (element) => splitHost(hrefOf(element).host).name,
  port: (element) => splitHost(hrefOf(element).host).port,
  username: (element) => unescaped(hrefOf(element).user?.split(":")[0] ?? ""),
  password: (element) => unescaped(hrefOf(element).user?.split(/:(.*)/s)[1] ?? ""),
  origin: (element) => {
    const { scheme, host } = hrefOf(element);
    if (scheme === "file") return linkText(hrefOf(element));
    return scheme === "" ? "" : `${scheme}://${host}`;
  },
  pathname: (element) => unescaped(hrefOf(element).path),
  /** Without the colon that the DOM has; only the colon where there is none. */
  protocol: (element) => hrefOf(element).scheme || ":",
  search: (element) => prefixed("?", hrefOf(element).query),
};

const empty: Link = {
  scheme: "",
  opaque: "",
  user: undefined,
  host: "",
  path: "",
  query: "",
  fragment: "",
};

const defaultPorts: Readonly<Record<string, string>> = { http: "80", https: "443", ftp: "21" };

function hrefOf(element: Element): Link {
  const href = element.getAttribute("href");
  const link = href === undefined ? undefined : tryLink(href);
  const base = tryLink(element.selection().url);
  return link && base ? resolveLink(base, link) : empty;
}

function prefixed(sign: string, text: string): string {
  return text === "" ? "" : sign + text;
}
