import { isIP } from "node:net";
import { z } from "zod";
import { maskCidr } from "./cidr.ts";
import { isDuration, text } from "./fields.ts";
import type { DnsSettings } from "./plan.ts";

const label = "[a-z0-9](?:[a-z0-9-]*[a-z0-9])?";
/** A name, or one that begins with "*" or "*."; the same as k6 takes. */
const namePattern = `(?:\\*\\.?)?(?:${label}(?:\\.${label})*)?`;
const hostPattern = new RegExp(`^${namePattern}$`, "i");
const hostAndPort = new RegExp(`^${namePattern}(?::\\d{1,5})?$`, "i");

/** `hosts`: a name, with a port if that matters, to the address (and port) to connect to. */
export const hosts: z.ZodType<Record<string, string>> = z
  .record(z.string(), text, { error: 'must be an object such as { "test.example": "10.0.0.1" }' })
  .transform((map, context) => {
    for (const [host, address] of Object.entries(map)) {
      const path = [host];
      if (!hostAndPort.test(host)) {
        const message = "must be a host name, which may begin with *. and end with :port";
        context.addIssue({ code: "custom", path, message });
      } else if (!isAddress(address)) {
        const message = `must be an IP address, with a port or without, not "${address}"`;
        context.addIssue({ code: "custom", path, message });
      }
    }
    // Names of hosts have no case.
    return Object.fromEntries(Object.entries(map).map(([host, to]) => [host.toLowerCase(), to]));
  });

function isAddress(address: string): boolean {
  if (isIP(address)) return true;
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(address);
  return match !== null && isIP(match[1] ?? match[2]!) > 0 && Number(match[3]) < 65_536;
}

/** `blacklistIPs`: CIDR blocks, written with their first address as k6 does. */
export const cidrBlocks: z.ZodType<string[]> = z.array(
  text.transform((block, context) => {
    const masked = maskCidr(block);
    if (masked !== undefined) return masked;
    context.addIssue(`must be a block of addresses such as "10.0.0.0/8", not "${block}"`);
    return z.NEVER;
  }),
  { error: 'must be an array such as ["10.0.0.0/8"]' },
);

export const hostPatterns: z.ZodType<string[]> = z.array(
  text.refine((pattern) => hostPattern.test(pattern), {
    error: ({ input }) =>
      `must be a host name or a pattern such as "*.example.com", not "${input}"`,
  }),
  { error: 'must be an array such as ["*.example.com"]' },
);

/** `localIPs`: addresses, ranges of them and CIDR blocks with commas in between, as k6 takes it. */
export const localIps: z.ZodType<string> = text.refine((list) => list.split(",").every(isIpBlock), {
  error: ({ input }) =>
    `must be addresses such as "10.0.0.1,10.0.0.4-10.0.0.9,fd00::/120", not "${input}"`,
});

function isIpBlock(block: string): boolean {
  if (block.includes("/")) return maskCidr(block) !== undefined;
  const ends = block.split("-");
  return ends.length <= 2 && isIP(ends[0]!) > 0 && isIP(ends.at(-1)!) === isIP(ends[0]!);
}

/** Some of the settings of `dns`: each layer may give one. */
export interface DnsOptions {
  /** As it was written: "5m", "inf", "0". */
  readonly ttl?: string | undefined;
  readonly select?: DnsSettings["select"] | undefined;
  readonly policy?: DnsSettings["policy"] | undefined;
}

/** An object, or text such as "ttl=5m,select=first" as the flag and the variable take it. */
export const dns: z.ZodType<DnsOptions> = z.preprocess(
  (given) => (typeof given === "string" ? splitDns(given) : given),
  z.object(
    {
      ttl: z
        .union([z.string(), z.number()])
        .transform(String)
        .refine((ttl) => ttl === "inf" || isDuration(ttl), {
          error: ({ input }) => `must be a duration, 0 or "inf", not "${input}"`,
        })
        .optional(),
      select: z
        .enum(["first", "random", "roundRobin"], {
          error: ({ input }) => `must be first, random or roundRobin, not "${input}"`,
        })
        .optional(),
      policy: z
        .enum(["preferIPv4", "preferIPv6", "onlyIPv4", "onlyIPv6", "any"], {
          error: ({ input }) =>
            `must be preferIPv4, preferIPv6, onlyIPv4, onlyIPv6 or any, not "${input}"`,
        })
        .optional(),
    },
    { error: 'must be settings such as "ttl=5m,select=random,policy=preferIPv4"' },
  ),
);

/** What is no name=value stays text, which is then refused. */
function splitDns(given: string): unknown {
  const pairs = given.split(",").map((pair) => pair.trim().split("="));
  const isRead = pairs.every(([name = "", value]) => {
    return value !== undefined && ["ttl", "select", "policy"].includes(name);
  });
  return isRead ? Object.fromEntries(pairs) : given;
}
