import { isIP } from "node:net";
import { HttpClientError } from "./error.ts";

interface Block {
  readonly first: bigint;
  readonly count: bigint;
  readonly family: 4 | 6;
}

/**
 * k6's `localIPs`: addresses, ranges (`10.0.0.1-10.0.0.9`) and CIDR blocks, whose network and
 * broadcast addresses are left out for IPv4. Gives each VU, counted from 0, its address in turn.
 * @throws HttpClientError `invalid_address`
 */
export function localAddresses(list: readonly string[]): (index: number) => string {
  const blocks = list.map((text) => parseBlock(text.trim()));
  const total = blocks.reduce((sum, { count }) => sum + count, 0n);
  if (total === 0n) throw refusal("", "give at least one address");
  return (index) => {
    let rest = BigInt(index) % total;
    for (const { first, count, family } of blocks) {
      if (rest < count) return toText(first + rest, family);
      rest -= count;
    }
    throw new Error("The blocks are fewer than they add up to");
  };
}

function parseBlock(text: string): Block {
  const [from = "", to] = text.split("-");
  const [address = "", prefix] = from.split("/");
  const family = isIP(address);
  if (family !== 4 && family !== 6) throw refusal(text, "give addresses, ranges or CIDR blocks");
  if (prefix !== undefined) return blockOf(text, toNumber(address, family), prefix, family);
  if (to !== undefined && isIP(to) !== family) {
    throw refusal(text, "both ends of a range must be addresses of one kind");
  }
  const first = toNumber(address, family);
  const last = to === undefined ? first : toNumber(to, family);
  if (last < first) throw refusal(text, "the range must end behind its beginning");
  return { first, count: last - first + 1n, family };
}

function blockOf(text: string, address: bigint, prefix: string, family: 4 | 6): Block {
  const bits = family === 4 ? 32 : 128;
  if (!/^\d{1,3}$/.test(prefix) || Number(prefix) > bits) {
    throw refusal(text, `the length of its prefix must be from 0 to ${bits}`);
  }
  const count = 1n << BigInt(bits - Number(prefix));
  const first = address - (address % count);
  const hasEnds = family === 4 && count > 2n;
  return hasEnds ? { first: first + 1n, count: count - 2n, family } : { first, count, family };
}

function toNumber(address: string, family: 4 | 6): bigint {
  if (family === 4) {
    return address.split(".").reduce((sum, part) => sum * 256n + BigInt(part), 0n);
  }
  return groupsOf(address).reduce((sum, group) => sum * 65_536n + BigInt(`0x${group}`), 0n);
}

/** The URL parser writes every form of IPv6 alike: without IPv4's dots, "::" at most once. */
function groupsOf(address: string): readonly string[] {
  const { hostname } = new URL(`http://[${address}]`);
  const [head = "", tail] = hostname.slice(1, -1).split("::");
  const before = head.split(":").filter(Boolean);
  const after = (tail ?? "").split(":").filter(Boolean);
  const zeros = new Array<string>(8 - before.length - after.length).fill("0");
  return [...before, ...zeros, ...after];
}

function toText(address: bigint, family: 4 | 6): string {
  const [groups, bits] = family === 4 ? [4, 8n] : [8, 16n];
  const parts = Array.from({ length: groups }, (_, index) => {
    const shift = BigInt(groups - 1 - index) * bits;
    return ((address >> shift) & ((1n << bits) - 1n)).toString(family === 4 ? 10 : 16);
  });
  return family === 4
    ? parts.join(".")
    : new URL(`http://[${parts.join(":")}]`).hostname.slice(1, -1);
}

const refusal = (text: string, advice: string): HttpClientError =>
  new HttpClientError("invalid_address", `Cannot connect from "${text}": ${advice}`);
