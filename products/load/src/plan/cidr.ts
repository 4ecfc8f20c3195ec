import { isIP } from "node:net";

/**
 * The block's first address and its length, "10.1.2.3/8" as "10.0.0.0/8"; undefined for what is no
 * CIDR block (RFC 4632, RFC 4291).
 */
export function maskCidr(block: string): string | undefined {
  const [, address = "", digits = ""] = /^([^/]+)\/(\d{1,3})$/.exec(block) ?? [];
  const length = Number(digits);
  const family = isIP(address);
  if (family === 0 || address.includes("%") || length > (family === 4 ? 32 : 128)) return undefined;
  const bits = family === 4 ? 32n : 128n;
  const rest = bits - BigInt(length);
  const first = ((family === 4 ? parseIpv4(address) : parseIpv6(address)) >> rest) << rest;
  return `${family === 4 ? showIpv4(first) : showIpv6(first)}/${length}`;
}

function parseIpv4(address: string): bigint {
  return address.split(".").reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}

function showIpv4(address: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => (address >> shift) & 255n).join(".");
}

function parseIpv6(address: string): bigint {
  // The URL parser writes an IPv4 tail as groups, so that only "::" is left to be filled.
  const [head = "", tail] = canonical(address).split("::");
  const before = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = new Array<string>(8 - before.length - after.length).fill("0");
  const groups = [...before, ...zeros, ...after];
  return groups.reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n);
}

function showIpv6(address: bigint): string {
  const groups = Array.from({ length: 8 }, (_, place) =>
    ((address >> BigInt(112 - 16 * place)) & 0xffffn).toString(16),
  );
  return canonical(groups.join(":"));
}

function canonical(address: string): string {
  return new URL(`http://[${address}]`).hostname.slice(1, -1);
}
