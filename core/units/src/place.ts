/** Where to listen, or to connect to. */
export interface Place {
  /** A name or address; undefined in ":8080", which stands for every address. */
  readonly hostname: string | undefined;
  /** 0 to 65535. */
  readonly port: number;
}

const written = /^(?:\[([0-9a-f:.]+)\]|([^:/\s[\]]*)):(\d{1,5})$/i;

/** Reads "HOST:PORT", "[IPV6]:PORT" or ":PORT"; undefined for whatever is none. */
export function tryParsePlace(text: string): Place | undefined {
  const [, ipv6, name, digits] = written.exec(text) ?? [];
  const port = Number(digits);
  if (digits === undefined || port > 65_535) return undefined;
  return { hostname: ipv6 || name || undefined, port };
}

/** As tryParsePlace() reads it. */
export function formatPlace({ hostname = "", port }: Place): string {
  return hostname.includes(":") ? `[${hostname}]:${port}` : `${hostname}:${port}`;
}
