import { join } from "node:path";
import { type BenchServer, startServer } from "./bench-server.ts";
import { workFolder } from "./tool.ts";

/** Our origin in one process: its port, that for TLS, or that for gRPC. */
export async function startOrigin(
  name: "origin" | "origin-tls" | "origin-grpc",
  bw: readonly string[],
  signal: AbortSignal,
): Promise<BenchServer> {
  const sides = { origin: undefined, "origin-tls": "https://", "origin-grpc": "http://" };
  const side = sides[name];
  const flag = name === "origin-grpc" ? "--grpc-port" : "--tls-port";
  return await startServer({
    scheme: "http",
    readyPath: "/health",
    signal,
    ...(side === undefined ? {} : { side }),
    toCommand: async (port, sidePort) => [
      ...[...bw, "origin", "--port", `${port}`, "--workers", "1"],
      ...(side === undefined ? [] : [flag, `${sidePort}`]),
    ],
  });
}

/** The seed's own server, in Go, with one processor: bench/peers.sh says where it is from. */
export async function startDummy(
  name: "hpdummy" | "hpdummy-grpc",
  program: readonly string[],
  signal: AbortSignal,
): Promise<BenchServer> {
  return await startServer({
    scheme: "http",
    readyPath: "/health",
    signal,
    ...(name === "hpdummy-grpc" ? { side: "http://" } : {}),
    toCommand: async (port, sidePort) => [
      ...["env", "GOMAXPROCS=1", "GOGC=200", ...program],
      ...[`-addr=127.0.0.1:${port}`, `-grpc-addr=127.0.0.1:${sidePort}`],
      ...["-pprof-addr=", "-mem-interval=0", `-pidfile=${join(workFolder, "hpdummy.pid")}`],
    ],
  });
}
