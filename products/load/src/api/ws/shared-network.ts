import { AddressRules, localAddresses, TlsContext } from "@breakwater/http-client";
import type { ConnectTarget } from "@breakwater/ws-client";
import { systemResolve } from "@breakwater/ws-client";
import type { VuContext } from "../../vu/vu-context.ts";

/** Where connections other than HTTP's go, and how they speak TLS: as the options say. */
export interface Network {
  readonly tls: TlsContext;
  /** Rejects with an Error for what must not be connected to, or has no address. */
  readonly resolve: (target: ConnectTarget) => Promise<ConnectTarget>;
  /** The address that a VU connects from; undefined for any. */
  readonly localAddressOf: (vu: VuContext) => string | undefined;
}

export function sharedNetwork({ test, settings }: VuContext): Network {
  return test.shared("network", "sockets", () => {
    const rules = new AddressRules(settings);
    const { insecureSkipTlsVerify: insecureSkipVerify, tls, dns, localIps } = settings;
    const localAddress = localIps.length === 0 ? undefined : localAddresses(localIps);
    return {
      localAddressOf: ({ idInTest }) => localAddress?.(Math.max(0, idInTest - 1)),
      tls: new TlsContext({ insecureSkipVerify, ...tls }),
      resolve: async ({ host, port }) => {
        const mapped = rules.tryMap(host, port);
        const target = mapped
          ? { host: mapped.address, port: mapped.port }
          : await systemResolve({ host, port }, dns.policy);
        rules.assertAllowed(host, target.host);
        return target;
      },
    };
  });
}
