import type { Clock } from "@breakwater/clock";
import type { Routes } from "@breakwater/http-server";
import { compressor } from "./compressor.ts";
import { describer } from "./describe-request.ts";
import { basicAuth, basicAuthDoc } from "./handlers/basic-auth.ts";
import { bin, binDoc } from "./handlers/bin.ts";
import { cache, cacheDoc } from "./handlers/cache.ts";
import { chunked, chunkedDoc } from "./handlers/chunked.ts";
import { coded, codedDocs, compressDoc, compressed } from "./handlers/compressed.ts";
import { cookies, cookiesDoc, setCookies, setCookiesDoc } from "./handlers/cookies.ts";
import { delay, delayDoc, slowRead, slowReadDoc } from "./handlers/delay.ts";
import { echo, echoDoc } from "./handlers/echo.ts";
import { etag, etagDoc } from "./handlers/etag.ts";
import { events, eventsDoc } from "./handlers/events.ts";
import { health, healthDoc } from "./handlers/health.ts";
import { ip, ipDoc } from "./handlers/ip.ts";
import { manyHeaders, manyHeadersDoc } from "./handlers/many-headers.ts";
import { redirect, redirectDoc } from "./handlers/redirect.ts";
import { status, statusDoc } from "./handlers/status.ts";
import { upload, uploadDoc } from "./handlers/upload.ts";
import { vary, varyDoc } from "./handlers/vary.ts";
import { pattern } from "./pattern.ts";
import type { RouteDoc } from "./route-doc.ts";
import { sampleText, wholeText } from "./sample-text.ts";

export interface ContentTools {
  readonly clock: Clock;
  /** Calls back in a later turn of the event loop, after what is due there: setImmediate. */
  readonly soon: (run: () => void) => void;
  readonly myHostname: string;
  /** Written at once of a large answer; 65,536 to 4,194,304. */
  readonly bufferBytes: number;
  /** The server has begun to stop. */
  readonly isDraining: () => boolean;
}

/** In the order in which /help shows them. */
export const contentDocs: readonly RouteDoc[] = [
  echoDoc,
  healthDoc,
  binDoc,
  chunkedDoc,
  uploadDoc,
  statusDoc,
  delayDoc,
  slowReadDoc,
  eventsDoc,
  cacheDoc,
  etagDoc,
  varyDoc,
  compressDoc,
  ...codedDocs,
  redirectDoc,
  cookiesDoc,
  setCookiesDoc,
  basicAuthDoc,
  manyHeadersDoc,
  ipDoc,
];

export type ContentPath =
  | "/"
  | "/health"
  | "/bin/:size"
  | "/chunked/:count"
  | "/upload"
  | "/status/:code"
  | "/delay/:ms"
  | "/delay/:ms/:readMs"
  | "/events"
  | "/cache/:seconds"
  | "/etag/:etag"
  | "/vary"
  | "/compress/:size"
  | "/gzip/:size"
  | "/deflate/:size"
  | "/br/:size"
  | "/zstd/:size"
  | "/redirect/:n"
  | "/cookies"
  | "/cookies/set"
  | "/basic-auth/:user/:password"
  | "/headers"
  | "/ip";

/** The longest chunk and the longest data of an event, each one write. */
const MAX_PIECE_BYTES = 2 ** 20;

/** What answers with content. "/" is also for paths that nothing else answers. */
export function contentRoutes(tools: ContentTools): Routes<ContentPath> {
  const { clock, soon, myHostname, bufferBytes, isDraining } = tools;
  const describing = { describe: describer({ clock, myHostname }), clock };
  const pieces = { pattern: pattern(MAX_PIECE_BYTES), clock, soon };
  const text = sampleText();
  const compressing = {
    text,
    compressor: compressor((size) => wholeText(text, size), compressorLimits),
    clock,
    soon,
  };
  return {
    "/": echo(describing),
    "/health": health({ isDraining }),
    "/bin/:size": bin({ pattern: pattern(bufferBytes), clock, soon }),
    "/chunked/:count": chunked(pieces),
    "/upload": upload(describing),
    "/status/:code": status(describing),
    "/delay/:ms": delay(describing),
    "/delay/:ms/:readMs": slowRead(describing),
    "/events": events({ ...pieces, isDraining }),
    "/cache/:seconds": cache(),
    "/etag/:etag": etag(),
    "/vary": vary(),
    "/compress/:size": compressed(compressing),
    "/gzip/:size": coded("gzip", compressing),
    "/deflate/:size": coded("deflate", compressing),
    "/br/:size": coded("br", compressing),
    "/zstd/:size": coded("zstd", compressing),
    "/redirect/:n": redirect(),
    "/cookies": cookies(),
    "/cookies/set": setCookies(),
    "/basic-auth/:user/:password": basicAuth(),
    "/headers": manyHeaders(),
    "/ip": ip(),
  };
}

/** The longest text of 64 MiB has 15 in gzip. */
const compressorLimits = { maxKeptBytes: 2 ** 26, maxWaiting: 32 };
