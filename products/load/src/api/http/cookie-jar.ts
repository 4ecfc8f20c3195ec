import type { CookieJar as CookieStore } from "tough-cookie";
import { cookieLibrary, newJar } from "./cookie-library.ts";

/** What can be said of a cookie that a script puts into a jar; the names are k6's. */
export interface CookieOptions {
  readonly path?: string;
  readonly domain?: string;
  /** RFC 1123: "Wed, 21 Oct 2099 07:28:00 GMT". */
  readonly expires?: string;
  /** In seconds; negative: the cookie is removed. 0 says nothing. */
  readonly max_age?: number;
  readonly secure?: boolean;
  readonly http_only?: boolean;
}

/** k6's CookieJar: a VU's own (`http.cookieJar()`), or one that a script makes for requests. */
export class CookieJar {
  readonly #store: CookieStore;

  constructor(store?: unknown) {
    // Scripts pass nothing, as k6 takes nothing.
    this.#store = isStore(store) ? store : newJar();
  }

  /** What keeps the cookies; undefined when `jar` is something else, which k6 ignores. */
  static storeOf(jar: unknown): CookieStore | undefined {
    return jar instanceof CookieJar ? jar.#store : undefined;
  }

  /** The values by name that a request for the URL would carry. */
  cookiesForURL(url: string): Record<string, string[]> {
    const values: Record<string, string[]> = {};
    for (const { key, value } of this.#store.getCookiesSync(String(url))) {
      values[key] ??= [];
      values[key].push(value);
    }
    return values;
  }

  /**
   * A cookie that the URL's host may not set is refused without a word, as in k6.
   *
   * @throws TypeError when `expires` is no date
   */
  set(url: string, name: string, value: string, options?: CookieOptions | null): boolean {
    const { Cookie } = cookieLibrary();
    const given = lowerCased(options ?? {});
    const maxAge = Math.trunc(Number(given.max_age ?? 0));
    const expires = toDate(given.expires);
    const cookie = new Cookie({
      key: String(name),
      value: String(value),
      ...(given.path !== undefined && { path: String(given.path) }),
      ...(given.domain !== undefined && { domain: toDomain(String(given.domain)) }),
      ...(expires && { expires }),
      ...(maxAge !== 0 && { maxAge }),
      secure: Boolean(given.secure),
      httpOnly: Boolean(given.http_only),
    });
    // What a script sets may be for https, whichever of the host's URLs it names.
    const from = cookie.secure ? String(url).replace(/^http:/i, "https:") : String(url);
    this.#store.setCookieSync(cookie, from, { ignoreError: true });
    return true;
  }

  /** Removes all that a request for the URL would carry. */
  clear(url: string): void {
    for (const { key, path, domain } of this.#store.getCookiesSync(String(url))) {
      this.#store.store.removeCookie(domain ?? "", path ?? "/", key, () => {});
    }
  }

  delete(url: string, name: string): void {
    if (!name) throw new TypeError("Cannot delete a cookie without a name: give one");
    for (const { key, path, domain } of this.#store.getCookiesSync(String(url))) {
      if (key === name) this.#store.store.removeCookie(domain ?? "", path ?? "/", key, () => {});
    }
  }
}

function isStore(value: unknown): value is CookieStore {
  return typeof value === "object" && value !== null && "getCookiesSync" in value;
}

/** k6 reads the options' names in any case. */
function lowerCased(options: CookieOptions): Partial<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => [name.toLowerCase(), value]),
  );
}

/** RFC 6265 5.2.3: a leading dot says nothing. */
function toDomain(domain: string): string | null {
  return domain === "" ? null : domain.replace(/^\./, "").toLowerCase();
}

function toDate(expires: unknown): Date | undefined {
  if (expires === undefined || expires === null || expires === "") return undefined;
  const date = new Date(String(expires));
  if (!Number.isNaN(date.getTime())) return date;
  throw new TypeError(
    `Cannot read the cookie's expires "${expires}": write "Wed, 21 Oct 2099 07:28:00 GMT"`,
  );
}
