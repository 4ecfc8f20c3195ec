import type { Cookie } from "tough-cookie";
import { cookieLibrary } from "./cookie-library.ts";
import type { ResponseCookie } from "./response-shape.ts";

/** The cookies that an answer sets, by name. */
export function readCookies(
  headers: readonly (readonly [name: string, value: string])[],
): Readonly<Record<string, readonly ResponseCookie[]>> {
  const { Cookie } = cookieLibrary();
  const cookies: Record<string, ResponseCookie[]> = Object.create(null);
  for (const [name, value] of headers) {
    if (name.toLowerCase() !== "set-cookie") continue;
    const cookie = Cookie.parse(value);
    if (!cookie) continue;
    cookies[cookie.key] ??= [];
    cookies[cookie.key]?.push(toResponseCookie(cookie));
  }
  return cookies;
}

/** What k6 shows of Go's zero time, the year 1, after it has overflowed. */
const NO_EXPIRY = -6_795_364_578_871;

function toResponseCookie(cookie: Cookie): ResponseCookie {
  const { expires, maxAge } = cookie;
  return {
    name: cookie.key,
    value: cookie.value,
    domain: cookie.domain ?? "",
    path: cookie.path ?? "",
    http_only: cookie.httpOnly,
    secure: cookie.secure,
    max_age: typeof maxAge === "number" && Number.isFinite(maxAge) ? maxAge : 0,
    expires: expires instanceof Date ? expires.getTime() : NO_EXPIRY,
  };
}
