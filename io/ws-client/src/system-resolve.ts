import type { ConnectTarget } from "./dialler.ts";

/** Which kind of address is taken, in k6's words; "any" and the preferences take what there is. */
export type AddressPolicy = "preferIPv4" | "preferIPv6" | "onlyIPv4" | "onlyIPv6" | "any";

/**
 * The first fitting address of a host, by getaddrinfo, so that /etc/hosts, NSS and mDNS count;
 * c-ares, Bun's default, would not ask them. Rejects when there is none.
 */
export async function systemResolve(
  { host, port }: ConnectTarget,
  policy: AddressPolicy = "preferIPv4",
): Promise<ConnectTarget> {
  const found = await Bun.dns.lookup(host, { backend: "system" });
  const wanted = policy.endsWith("IPv6") ? 6 : 4;
  const fitting = policy === "any" ? undefined : found.find(({ family }) => family === wanted);
  const address = fitting ?? (policy.startsWith("only") ? undefined : found[0]);
  if (address === undefined) throw new Error(`no such host: ${host}`);
  return { host: address.address, port };
}
