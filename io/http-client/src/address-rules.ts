import { BlockList, isIP } from "node:net";
import { HttpClientError } from "./error.ts";
import { bestPattern } from "./host-pattern.ts";

/** k6's options of these names. */
export interface AddressSettings {
  /** Name, `*.name` or name:port → address, or address:port, instead of asking the resolver. */
  readonly hosts?: Readonly<Record<string, string>> | undefined;
  /** CIDR blocks that no connection may go to. */
  readonly blacklistIps?: readonly string[] | undefined;
  /** Names and `*.name` patterns that no connection may go to. */
  readonly blockHostnames?: readonly string[] | undefined;
}

export interface Target {
  readonly address: string;
  readonly port: number;
}

/** Where connections may go, and where they go instead. */
export class AddressRules {
  /** By pattern; an absent port is the request's own. */
  readonly #hosts: ReadonlyMap<string, { readonly address: string; readonly port?: number }>;
  readonly #blockedNames: readonly string[];
  readonly #blockedAddresses: BlockList | undefined;

  /** @throws HttpClientError `invalid_address` */
  constructor({ hosts = {}, blacklistIps = [], blockHostnames = [] }: AddressSettings) {
    this.#hosts = new Map(Object.entries(hosts).map(([name, to]) => [name, parseTarget(name, to)]));
    this.#blockedNames = blockHostnames;
    this.#blockedAddresses = blacklistIps.length === 0 ? undefined : toBlockList(blacklistIps);
  }

  /** What `hosts` says of it. @throws HttpClientError `blocked_hostname` */
  tryMap(host: string, port: number): Target | undefined {
    if (isIP(host) === 0) this.#assertName(host);
    if (this.#hosts.size === 0) return undefined;
    const pattern =
      bestPattern(this.#hosts.keys(), `${host}:${port}`) ?? bestPattern(this.#hosts.keys(), host);
    const target = pattern === undefined ? undefined : this.#hosts.get(pattern);
    return target && { port, ...target };
  }

  /** @throws HttpClientError `blacklisted_ip` */
  assertAllowed(host: string, address: string): void {
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    if (!this.#blockedAddresses?.check(address, family)) return;
    throw new HttpClientError(
      "blacklisted_ip",
      `Cannot connect to ${host}: its address ${address} is in blacklistIPs`,
    );
  }

  #assertName(host: string): void {
    const pattern = bestPattern(this.#blockedNames, host);
    if (pattern === undefined) return;
    throw new HttpClientError(
      "blocked_hostname",
      `Cannot connect to ${host}: "${pattern}" is in blockHostnames`,
    );
  }
}

function parseTarget(name: string, to: string): { readonly address: string; port?: number } {
  if (isIP(to) !== 0) return { address: to };
  const [, address = "", port = ""] = /^\[?([^\]]*?)\]?:(\d{1,5})$/.exec(to) ?? [];
  if (isIP(address) !== 0) return { address, port: Number(port) };
  throw new HttpClientError(
    "invalid_address",
    `Cannot send ${name} to "${to}": give an IP address, or address:port`,
  );
}

function toBlockList(blocks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const block of blocks) {
    const [address = "", prefix] = block.split("/");
    const family = isIP(address);
    const maxPrefix = family === 6 ? 128 : 32;
    const bits = prefix === undefined ? maxPrefix : Number(prefix);
    if (family === 0 || !/^\d*$/.test(prefix ?? "") || bits > maxPrefix) {
      throw new HttpClientError(
        "invalid_address",
        `Cannot block "${block}": give an address or a block such as 10.0.0.0/8`,
      );
    }
    list.addSubnet(address, bits, family === 6 ? "ipv6" : "ipv4");
  }
  return list;
}
