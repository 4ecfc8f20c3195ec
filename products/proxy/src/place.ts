import type { Place } from "@breakwater/tcp-relay";
import { tryParsePlace } from "@breakwater/units";
import { ProxyError, shown } from "./proxy-error.ts";

/** Reads "HOST:PORT", "[IPV6]:PORT" or, for listening on every address, ":PORT". */
export function parseListen(value: unknown): Place {
  const place = tryPlace(value);
  if (place !== undefined) return place;
  throw bad("listen on", value, 'HOST:PORT such as "127.0.0.1:8081", or ":8081" for every address');
}

/** Reads "HOST:PORT" or "[IPV6]:PORT". */
export function parseUpstream(value: unknown): Place {
  const place = tryPlace(value);
  if (place?.hostname !== undefined && place.port > 0) return place;
  throw bad("use upstream", value, 'HOST:PORT such as "127.0.0.1:8080"');
}

function tryPlace(value: unknown): Place | undefined {
  return typeof value === "string" ? tryParsePlace(value) : undefined;
}

function bad(doWhat: string, value: unknown, wanted: string): ProxyError {
  return new ProxyError("bad_option", `Cannot ${doWhat} ${shown(value)}: write ${wanted}`);
}
