import type { Exchange } from "@breakwater/http-client";
import type { CookieJar } from "tough-cookie";
import type { VuContext } from "../../vu/vu-context.ts";
import type { Hop } from "./call.ts";
import { cookieLibrary } from "./cookie-library.ts";

/** Cookies for a test on one's own hosts: "localhost" and bare names may have cookies too. */
const jarOptions = { rejectPublicSuffixes: false, looseMode: true };

export function newJar(): CookieJar {
  const { CookieJar } = cookieLibrary();
  return new CookieJar(undefined, jarOptions);
}

/** Keeps what the answer's Set-Cookie headers say, in the call's jar or else the VU's. */
export function rememberCookies(vu: VuContext, hop: Hop, exchange: Exchange): void {
  const { head } = exchange;
  if (head?.header("set-cookie") === undefined) return;
  if (!hop.params.jar) vu.jar ??= newJar();
  const jar = hop.params.jar ?? vu.jar;
  for (const [name, value] of head.headers()) {
    if (name.toLowerCase() !== "set-cookie") continue;
    // A cookie for a foreign domain, or one that cannot be read, is refused without a word, as in
    // browsers.
    jar?.setCookieSync(value, hop.urlText, { ignoreError: true });
  }
}

/**
 * The Cookie header of a request: the call's own cookies, then what the jar has for its URL and the
 * call does not replace (k6's order). `undefined` when there are none.
 */
export function cookieHeader(vu: VuContext, hop: Hop): string | undefined {
  const pairs: string[] = [];
  const replaced = new Set<string>();
  for (const [name, cookie] of Object.entries(hop.params.cookies ?? {})) {
    const { value, replace = false } =
      typeof cookie === "object" ? cookie : { value: String(cookie) };
    if (replace) replaced.add(name);
    pairs.push(`${name}=${value}`);
  }
  const jar = hop.params.jar ?? vu.jar;
  for (const { key, value } of jar?.getCookiesSync(hop.urlText) ?? []) {
    if (!replaced.has(key)) pairs.push(`${key}=${value}`);
  }
  return pairs.length === 0 ? undefined : pairs.join("; ");
}
