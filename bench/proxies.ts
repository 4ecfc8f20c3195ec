import { type BenchServer, CLIENT_CORE, SERVER_CORE, startServer } from "./bench-server.ts";
import { startNginx } from "./nginx.ts";

export interface ProxyTools {
  readonly nginx: readonly string[];
  readonly bw: readonly string[];
  readonly signal: AbortSignal;
}

/** A proxy on the servers' core, in front of nginx on the clients' core or beside it. */
export async function startProxy(
  name: "gate" | "nginx-proxy" | "gate-beside" | "nginx-proxy-beside",
  { nginx, bw, signal }: ProxyTools,
): Promise<BenchServer> {
  await using opened = new AsyncDisposableStack();
  const behindOn = name.endsWith("-beside") ? SERVER_CORE : CLIENT_CORE;
  const behind = opened.use(await startNginx({ nginx, behindOn, signal }));
  const upstream = new URL(behind.toUrl("/"));
  const proxy = opened.use(
    name.startsWith("gate")
      ? await startGate(bw, upstream, signal)
      : await startNginx({ nginx, upstream: upstream.host, signal }),
  );
  const owned = opened.move();
  return { ...proxy, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** As it is by default: adaptive, with its metrics, without an access log. */
function startGate(
  bw: readonly string[],
  upstream: URL,
  signal: AbortSignal,
): Promise<BenchServer> {
  return startServer({
    scheme: "http",
    readyPath: "/",
    signal,
    toCommand: async (port, sidePort) => [
      ...[...bw, "gate", "--upstream", upstream.origin, "--port", `${port}`],
      ...["--metrics-port", `${sidePort}`],
    ],
  });
}
