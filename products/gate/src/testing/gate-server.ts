import { type RunningHttpServer, serveHttp } from "@breakwater/http-server";
import { clientIpOf, serviceHandler } from "@breakwater/service";
import { systemClock } from "@breakwater/system-clock";
import type { Fields } from "../field-reader.ts";
import { Gate } from "../gate.ts";
import { parseGateOptions } from "../options.ts";

export interface GateServer extends AsyncDisposable {
  readonly gate: Gate;
  /** As "http://127.0.0.1:1234". */
  readonly url: string;
  readonly port: number;
  /** Asks through the gate, on a connection of its own. */
  ask(path: string, init?: RequestInit): Promise<Response>;
}

/** A gate behind a port, without what every service has. */
export function gateServer(fields: Fields): GateServer {
  const clock = systemClock();
  const { policy } = parseGateOptions(fields);
  const gate = new Gate(policy, {
    clock,
    random: () => 0,
    via: "bw-gate-test",
    isTrusted: () => false,
  });
  const server: RunningHttpServer = serveHttp({
    port: 0,
    hostname: "127.0.0.1",
    clock,
    limits,
    handler: serviceHandler({
      clock,
      stages: [],
      routes: {},
      fallback: gate.handler,
      newId: () => crypto.randomUUID(),
      clientIp: clientIpOf({ trustedProxies: [] }),
      onPanic: (error) => console.error(error),
    }),
    onError: (error) => console.error(error),
  });
  const url = `http://127.0.0.1:${server.port}`;
  return {
    gate,
    url,
    port: server.port,
    ask: (path, init) => fetch(`${url}${path}`, { keepalive: false, ...init }),
    [Symbol.asyncDispose]: async () => {
      await server.stop({ graceMs: 0 });
      gate[Symbol.dispose]();
    },
  };
}

const limits = {
  maxHeadBytes: 16_384,
  maxHeaders: 100,
  maxBodyBytes: Number.POSITIVE_INFINITY,
  maxConnections: 1000,
  maxStreams: 100,
  idleTimeoutMs: 10_000,
  maxUnsentBytes: 1_048_576,
};
