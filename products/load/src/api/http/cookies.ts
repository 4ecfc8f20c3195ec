import type { Exchange } from "@breakwater/http-client";
import type { CookieJar as CookieStore } from "tough-cookie";
import type { VuContext } from "../../vu/vu-context.ts";
import { CookieJar } from "./cookie-jar.ts";
import { newJar } from "./cookie-library.ts";
import type { Hop } from "./hop.ts";

/** The VU's own jar, from the moment that it is needed to the iteration's end. */
export function vuJar(vu: VuContext): CookieStore {
  vu.jar ??= newJar();
  return vu.jar;
}

/** Keeps what the answer's Set-Cookie headers say, in the call's jar or else the VU's. */
export function rememberCookies(vu: VuContext, hop: Hop, exchange: Exchange): void {
  const { head } = exchange;
  if (head?.header("set-cookie") === undefined) return;
  const jar = CookieJar.storeOf(hop.params.jar) ?? vuJar(vu);
  for (const [name, value] of head.headers()) {
    if (name.toLowerCase() !== "set-cookie") continue;
    // A cookie for a foreign domain, or one that cannot be read, is refused without a word, as in
    // browsers.
    jar.setCookieSync(value, hop.urlText, { ignoreError: true });
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
    if (cookie === null || cookie === undefined) continue;
    const { value, replace = false } =
      typeof cookie === "object" ? cookie : { value: String(cookie) };
    if (replace) replaced.add(name);
    pairs.push(`${name}=${value}`);
  }
  const jar = CookieJar.storeOf(hop.params.jar) ?? vu.jar;
  for (const { key, value } of jar?.getCookiesSync(hop.urlText) ?? []) {
    if (!replaced.has(key)) pairs.push(`${key}=${value}`);
  }
  return pairs.length === 0 ? undefined : pairs.join("; ");
}
