import type { Clock } from "@breakwater/clock";
import { defaultLimits, HeadMemory, type ResponseLimits, TextMemory } from "@breakwater/wire";
import { AddressRules, type AddressSettings } from "./address-rules.ts";
import type { Engine } from "./connection.ts";
import { ConnectionPool, type Connections, type ConnectionsOptions } from "./connections.ts";
import { DeadlineSweep } from "./deadline-sweep.ts";
import { Dialler } from "./dialler.ts";
import { DnsCache, type DnsOptions, type Lookup } from "./dns-cache.ts";
import type { Failure } from "./failure.ts";
import type { Origin } from "./parse-url.ts";
import { probe } from "./probe.ts";
import { type HttpProxy, parseProxy } from "./proxy.ts";
import { TlsContext, type TlsSettings } from "./tls-settings.ts";

/** One worker's HTTP engine: what the connections of all its VUs share. */
export interface HttpClient extends Disposable {
  connections(options: ConnectionsOptions): Connections;
  /** Connects and closes without a request: why that failed, or `undefined`. */
  dial(origin: Origin): Promise<Failure | undefined>;
  /** Over all connections since the start, heads and framing included; of TLS what it carries. */
  readonly bytesSent: number;
  readonly bytesReceived: number;
}

export interface HttpClientOptions extends AddressSettings {
  readonly clock: Clock;
  readonly limits?: ResponseLimits;
  readonly tls: TlsSettings;
  readonly dns: DnsOptions;
  /** For lookup, connect and TLS handshake together, from when the connection's turn has come. */
  readonly connectTimeoutMs: number;
  /** So many connections are made at once; the others wait, which counts as blocked. */
  readonly maxPendingConnects: number;
  /** From 0 up to 1, for `dns.select: "random"`. */
  readonly random: () => number;
  /** Instead of the system's resolver. */
  readonly lookup?: Lookup;
  /** The URL of the proxy that an origin is reached by; none when left out. */
  readonly proxyFor?: (origin: Origin) => string | undefined;
}

/** @throws HttpClientError for settings that cannot be used */
export function httpClient(options: HttpClientOptions): HttpClient {
  const { clock, dns, random, connectTimeoutMs, maxPendingConnects, proxyFor } = options;
  const tls = new TlsContext(options.tls);
  const { lookup = systemLookup, limits = defaultLimits } = options;
  const dnsCache = new DnsCache({ ...dns, clock, random, lookup });
  const rules = new AddressRules(options);
  const engine: Engine = {
    clock,
    limits,
    headMemory: new HeadMemory(limits),
    textMemory: new TextMemory(),
    tls,
    connectTimeoutMs,
    dns: dnsCache,
    rules,
    proxyFor: parsedProxies(proxyFor),
    http1Origins: new Set(),
    sweep: new DeadlineSweep(clock),
    dialler: new Dialler({
      dns: dnsCache,
      rules,
      tls,
      maxPendingConnects,
    }),
    totals: { bytesSent: 0, bytesReceived: 0 },
  };
  const pools: ConnectionPool[] = [];
  return {
    connections: (poolOptions) => {
      const pool = new ConnectionPool(engine, poolOptions);
      pools.push(pool);
      return pool;
    },
    dial: (origin) => probe(origin, engine),
    get bytesSent() {
      return engine.totals.bytesSent;
    },
    get bytesReceived() {
      return engine.totals.bytesReceived;
    },
    [Symbol.dispose]: () => {
      for (const pool of pools) pool.close();
      engine.sweep.stop();
    },
  };
}

/** Each URL of a proxy is taken apart once. */
function parsedProxies(
  proxyFor: HttpClientOptions["proxyFor"],
): (origin: Origin) => HttpProxy | undefined {
  if (proxyFor === undefined) return () => undefined;
  const parsed = new Map<string, HttpProxy>();
  return (origin) => {
    const url = proxyFor(origin);
    if (url === undefined) return undefined;
    const proxy = parsed.get(url) ?? parseProxy(url);
    parsed.set(url, proxy);
    return proxy;
  };
}

/**
 * getaddrinfo, so that /etc/hosts, NSS and mDNS count; c-ares, Bun's default, would pass them by.
 */
const systemLookup: Lookup = (host) => Bun.dns.lookup(host, { backend: "system" });
