import type { WsRequest, WsUrl } from "@breakwater/ws-client";
import type { CookieJar as CookieStore } from "tough-cookie";
import { readTags } from "../../measure/sample-tags.ts";
import type { VuContext } from "../../vu/vu-context.ts";
import { CookieJar } from "../http/cookie-jar.ts";
import { vuJar } from "../http/cookies.ts";
import { sharedNetwork } from "./shared-network.ts";

/** The params of ws.connect() and `new WebSocket()`. */
export interface ConnectParams {
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly tags: Readonly<Record<string, string>> | undefined;
  /** Instead of the VU's. */
  readonly jar: CookieStore | undefined;
  readonly offersDeflate: boolean;
}

const known: readonly string[] = ["headers", "tags", "jar", "compression"];

/** @throws TypeError that names the param */
export function readConnectParams(given: unknown, options: { isStrict: boolean }): ConnectParams {
  const params = (given ?? {}) as Record<string, unknown>;
  if (options.isStrict) {
    const unknown = Object.keys(params).find((name) => !known.includes(name));
    if (unknown !== undefined) {
      const choice = known.join(", ");
      throw new TypeError(`Cannot use the WebSocket's option "${unknown}": known are ${choice}`);
    }
  }
  return {
    headers: Object.entries(params.headers ?? {}).map(([name, value]) => [name, String(value)]),
    tags: readTags(params.tags),
    jar: CookieJar.storeOf(params.jar),
    offersDeflate: readCompression(params.compression),
  };
}

/** What is sent to open the WebSocket: with the VU's user agent, and the jar's cookies. */
export function toWsRequest(
  vu: VuContext,
  url: WsUrl,
  { headers, jar, offersDeflate }: ConnectParams,
  protocols: readonly string[],
): WsRequest {
  const all = [...headers];
  const given = new Set(headers.map(([name]) => name.toLowerCase()));
  const { userAgent } = vu.settings;
  if (userAgent !== "" && !given.has("user-agent")) all.push(["User-Agent", userAgent]);
  const cookies = (jar ?? vu.jar)?.getCookieStringSync(url.httpHref);
  // As in k6, a header of the script's own stands instead of the jar's.
  if (cookies && !given.has("cookie")) all.push(["Cookie", cookies]);
  const localAddress = sharedNetwork(vu).localAddressOf(vu);
  return { url, headers: all, protocols, offersDeflate, localAddress };
}

/** Keeps what the answer's Set-Cookie headers say. */
export function keepCookies(
  vu: VuContext,
  url: WsUrl,
  { jar }: ConnectParams,
  headers: readonly (readonly [name: string, value: string])[],
): void {
  for (const [name, value] of headers) {
    if (name.toLowerCase() !== "set-cookie") continue;
    // What cannot be kept is refused without a word, as in browsers.
    (jar ?? vuJar(vu)).setCookieSync(value, url.httpHref, { ignoreError: true });
  }
}

function readCompression(given: unknown): boolean {
  const name = given === undefined || given === null ? "" : String(given).trim();
  if (name === "" || name === "deflate") return name !== "";
  throw new TypeError(`Cannot compress messages by "${name}": the supported algorithm is deflate`);
}
