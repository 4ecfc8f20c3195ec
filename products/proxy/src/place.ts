import type { Place } from "@breakwater/tcp-relay";
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

/** As it would be written by the user. */
export function formatPlace({ hostname = "", port }: Place): string {
  return hostname.includes(":") ? `[${hostname}]:${port}` : `${hostname}:${port}`;
}

const written = /^(?:\[([0-9a-f:.]+)\]|([^:/\s[\]]*)):(\d{1,5})$/i;

function tryPlace(value: unknown): Place | undefined {
  const [, ipv6, name, digits] = (typeof value === "string" && written.exec(value)) || [];
  const port = Number(digits);
  if (digits === undefined || port > 65_535) return undefined;
  return { hostname: ipv6 || name || undefined, port };
}

function bad(doWhat: string, value: unknown, wanted: string): ProxyError {
  return new ProxyError("bad_option", `Cannot ${doWhat} ${shown(value)}: write ${wanted}`);
}
