import { WireError } from "../error.ts";
import { ipText, tryParseIp } from "./ip-address.ts";
import { signatureV2 } from "./signature.ts";

/**
 * The header to begin a connection with, for a client that came from `source` to `destination`,
 * each like "192.0.2.7:40312" or "[2001:db8::1]:443". Without them, one that names nobody: UNKNOWN
 * in version 1, LOCAL in version 2.
 *
 * @throws WireError `bad_proxy_header`
 */
export function encodeProxyHeader(
  version: 1 | 2,
  source?: string,
  destination?: string,
): Uint8Array {
  if (source === undefined && destination === undefined) {
    return version === 1
      ? new TextEncoder().encode("PROXY UNKNOWN\r\n")
      : Uint8Array.of(...signatureV2, 0x20, 0, 0, 0);
  }
  const from = parseEndpoint(source ?? "");
  const to = parseEndpoint(destination ?? "");
  const isIpv4 = from.address.length === 4;
  if (isIpv4 !== (to.address.length === 4)) {
    throw bad(`${source} and ${destination}`, "both of IPv4 or both of IPv6");
  }
  if (version === 1) {
    const addresses = `${ipText(from.address)} ${ipText(to.address)} ${from.port} ${to.port}`;
    return new TextEncoder().encode(`PROXY ${isIpv4 ? "TCP4" : "TCP6"} ${addresses}\r\n`);
  }
  const block = [...from.address, ...to.address, ...uint16(from.port), ...uint16(to.port)];
  const family = isIpv4 ? 0x11 : 0x21;
  return Uint8Array.of(...signatureV2, 0x21, family, ...uint16(block.length), ...block);
}

interface Endpoint {
  readonly address: Uint8Array;
  readonly port: number;
}

function parseEndpoint(text: string): Endpoint {
  const [, ipv6, ipv4, port] = /^(?:\[([^\]]*)\]|([^:]*)):([0-9]{1,5})$/.exec(text) ?? [];
  const address = tryParseIp(ipv6 ?? ipv4 ?? "");
  const isRight = address?.length === (ipv6 === undefined ? 4 : 16) && Number(port) <= 65_535;
  if (!isRight) throw bad(text, 'like "192.0.2.7:40312" or "[2001:db8::1]:443"');
  return { address, port: Number(port) };
}

const uint16 = (value: number): [number, number] => [value >> 8, value & 0xff];

const bad = (text: string, wanted: string): WireError =>
  new WireError(
    "bad_proxy_header",
    `Cannot send ${JSON.stringify(text)} in a PROXY protocol header: it must be ${wanted}`,
  );
