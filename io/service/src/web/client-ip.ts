import { BlockList, isIP } from "node:net";
import type { Connection, Exchange } from "@breakwater/http-server";
import { ServiceError } from "../service-error.ts";

export interface ClientIpOptions {
  /**
   * Who may say for whom it asks: addresses and networks, "10.0.0.0/8", "fd00::/8", "192.0.2.1".
   * None: the client is who connects.
   */
  readonly trustedProxies: readonly string[];
  /**
   * Which field they write. The other one is never read: a proxy passes on what it does not write,
   * so that anybody could say anything in it.
   */
  readonly field?: "x-forwarded-for" | "forwarded";
}

/**
 * The client's address, without port, as trusted proxies tell it. The field is read from its end:
 * each proxy adds who asked it, so what stands before the first one that is not trusted is hearsay.
 */
export function clientIpOf(options: ClientIpOptions): (exchange: Exchange) => string {
  const { trustedProxies, field = "x-forwarded-for" } = options;
  if (trustedProxies.length === 0) return ({ connection }) => addressOf(connection);
  const isTrusted = remembered(trustOf(trustedProxies));
  const toHops = field === "forwarded" ? forwardedFor : (value: string) => value.split(",");
  return ({ connection, request }) => {
    let client = addressOf(connection);
    if (!isTrusted(client)) return client;
    const value = request.header(field);
    if (value === undefined) return client;
    for (const hop of toHops(value).reverse()) {
      const address = tryAddress(hop);
      // What is no address, such as RFC 7239's "unknown", hides who asked: the proxy stands for it.
      if (address === undefined) return client;
      client = address;
      if (!isTrusted(client)) return client;
    }
    return client;
  };
}

/** Whether who connects, a proxy or not, is in one of these networks. Throws ServiceError. */
export function isFrom(networks: readonly string[]): (exchange: Exchange) => boolean {
  if (networks.length === 0) return () => false;
  const isInside = remembered(trustOf(networks));
  return ({ connection }) => isInside(addressOf(connection));
}

/**
 * By what a client is counted: IPv4 by its address, IPv6 by its /64, of which anybody who has one
 * address has all.
 */
export function networkOf(ip: string): string {
  if (!ip.includes(":")) return ip;
  const [head = "", tail] = ip.split("::") as [string, string?];
  const groups = head === "" ? [] : head.split(":");
  if (tail !== undefined) {
    const last = tail === "" ? [] : tail.split(":");
    while (groups.length + last.length < 8) groups.push("0");
    groups.push(...last);
  }
  const network = groups.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${network.join(":")}::/64`;
}

/** Whether it is an address or a network that can be trusted: "10.0.0.0/8". */
export function isNetwork(text: string): boolean {
  return tryNetwork(text) !== undefined;
}

function trustOf(networks: readonly string[]): (ip: string) => boolean {
  const trusted = new BlockList();
  for (const network of networks) {
    const read = tryNetwork(network);
    if (read === undefined) {
      const hint = "write an address or a network such as 10.0.0.0/8 or fd00::/8";
      throw new ServiceError("bad_option", `Cannot trust proxies in "${network}": ${hint}`);
    }
    trusted.addSubnet(read.address, read.prefix, read.family);
  }
  return (ip) => trusted.check(ip, ip.includes(":") ? "ipv6" : "ipv4");
}

interface Network {
  readonly address: string;
  readonly prefix: number;
  readonly family: "ipv4" | "ipv6";
}

function tryNetwork(text: string): Network | undefined {
  const [address = "", bits, ...rest] = text.trim().split("/");
  const version = isIP(address);
  const [family, most] = version === 6 ? (["ipv6", 128] as const) : (["ipv4", 32] as const);
  const prefix = bits === undefined ? most : /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN;
  if (version === 0 || rest.length > 0 || !(prefix <= most)) return undefined;
  return { address, prefix, family };
}

/** The list takes 0.4 µs to look through, and proxies are few. */
function remembered(isTrusted: (ip: string) => boolean): (ip: string) => boolean {
  const known = new Map<string, boolean>();
  return (ip) => {
    const before = known.get(ip);
    if (before !== undefined) return before;
    if (known.size === MAX_REMEMBERED) known.clear();
    const verdict = isTrusted(ip);
    known.set(ip, verdict);
    return verdict;
  };
}

const MAX_REMEMBERED = 1000;

/** RFC 7239, section 4: the node of each "for=", which may be quoted; "" where there is none. */
function forwardedFor(value: string): string[] {
  return value.split(",").map((element) => {
    const found = /(?:^|;)\s*for\s*=\s*(?:"([^"]*)"|([^\s;]*))\s*(?:;|$)/i.exec(element);
    return found?.[1] ?? found?.[2] ?? "";
  });
}

/** "192.0.2.7", "192.0.2.7:80", "2001:db8::1", "[2001:db8::1]:80" to the address in one form. */
function tryAddress(hop: string): string | undefined {
  const text = hop.trim();
  const bare = /^\[([^\]]*)\](?::\d+)?$/.exec(text)?.[1] ?? text.replace(/^([\d.]+):\d+$/, "$1");
  return isIP(bare) === 0 || bare.includes("%") ? undefined : canonical(bare);
}

/** Of who connects. Hot path: one text for all requests of a connection, which maps find faster. */
function addressOf(connection: Connection): string {
  const known = addresses.get(connection);
  if (known !== undefined) return known;
  const address = withoutPort(connection.source);
  addresses.set(connection, address);
  return address;
}

const addresses = new WeakMap<Connection, string>();

function withoutPort(source: string): string {
  const end = source.lastIndexOf(":");
  const host = end === -1 ? source : source.slice(0, end);
  return canonical(host.startsWith("[") ? host.slice(1, -1) : host);
}

/** An IPv4 address stays one when it is written in IPv6 (RFC 4291, section 2.5.5.2). */
function canonical(address: string): string {
  if (!address.includes(":")) return address;
  const mapped = /^::ffff:(?:(\d+\.\d+\.\d+\.\d+)|([\da-f]{1,4}):([\da-f]{1,4}))$/i.exec(address);
  if (mapped === null) return address.toLowerCase();
  if (mapped[1] !== undefined) return mapped[1];
  const [high, low] = [Number.parseInt(mapped[2]!, 16), Number.parseInt(mapped[3]!, 16)];
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
}
