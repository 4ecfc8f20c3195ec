import type { Bench, Candidate, Driver, ServerName } from "./bench.ts";
import { drivers } from "./drivers.ts";

const { bwUrl, bwScript, bwK6Script, bwK6Sleep, bwOpen, wrk, k6Script, autocannon, oha, hey, ab } =
  drivers;
const { wrkHeaders, wrkEndless, h2load, grpcUnary, upload, webSocket, idle, slowReaders } = drivers;

/** Every figure that the README claims, in the order in which they are measured. */
export const benches: readonly Bench[] = [
  {
    name: "noise",
    title: "wrk against itself: how far from 1.00 this machine's noise goes",
    candidates: [on("nginx", "/", wrk(64)), on("nginx", "/", wrk(64), "wrk again")],
    measure: "requestsPerSecond",
    goal: { kind: "ratio", atLeast: 0.95, atMost: 1.05 },
  },
  {
    name: "url-64-nginx",
    title: "URL mode, 64 connections, to nginx",
    candidates: [on("nginx", "/", bwUrl(64)), on("nginx", "/", wrk(64))],
    measure: "requestsPerSecond",
    goal: { kind: "ratio", atLeast: 0.95, aim: 1 },
  },
  {
    name: "url-64-origin",
    title: "URL mode, 64 connections, to our origin",
    candidates: [on("origin", "/health", bwUrl(64)), on("origin", "/health", wrk(64))],
    measure: "requestsPerSecond",
    goal: { kind: "ratio", atLeast: 0.95, aim: 1 },
  },
  {
    name: "url-5000",
    title: "URL mode, 5,000 connections",
    candidates: [on("nginx", "/", bwUrl(5000)), on("nginx", "/", wrk(5000))],
    measure: "requestsPerSecond",
    goal: { kind: "ratio", atLeast: 1 },
  },
  {
    name: "script-64-wrk",
    title: "Script with one GET and one check, 64 VUs, against wrk without a script",
    candidates: [on("nginx", "/", bwScript(64)), on("nginx", "/", wrk(64))],
    measure: "requestsPerSecond",
    goal: { kind: "ratio", atLeast: 0.65 },
  },
  {
    name: "script-64-k6",
    title: "Script with one GET and one check, 64 VUs, against k6 with GOMAXPROCS=1",
    candidates: [on("nginx", "/", bwScript(64)), on("nginx", "/", k6Script(64))],
    measure: "requestsPerSecond",
    goal: { kind: "ratio", atLeast: 5, aim: 8 },
  },
  {
    name: "k6-form-64",
    title: "The same as a script for k6, 64 VUs, against it in our own form",
    candidates: [
      on("nginx", "/", bwK6Script(64), "bw, k6's form"),
      on("nginx", "/", bwScript(64), "bw, own form"),
    ],
    measure: "requestsPerSecond",
    goal: { kind: "ratio", atLeast: 0.9 },
  },
  {
    name: "k6-form-64-k6",
    title: "One script for k6, 64 VUs, by us and by k6 with GOMAXPROCS=1",
    candidates: [on("nginx", "/", bwK6Script(64)), on("nginx", "/", k6Script(64))],
    measure: "requestsPerSecond",
    goal: { kind: "ratio", atLeast: 5 },
  },
  {
    name: "memory-10000-sleep",
    title: "Memory with 10,000 VUs of a script for k6 that sleeps for a second, MB",
    candidates: [on("nginx", "/", bwK6Sleep(10_000))],
    measure: "peakRssMb",
    goal: { kind: "value", atMost: 300 },
    seconds: 15,
  },
  {
    name: "script-64-autocannon",
    title: "Script with one GET and one check, 64 VUs, against autocannon without a script",
    candidates: [on("nginx", "/", bwScript(64)), on("nginx", "/", autocannon(64))],
    measure: "requestsPerSecond",
    goal: { kind: "ratio", atLeast: 1.5 },
  },
  {
    name: "memory-5000",
    title: "Memory with 5,000 VUs running that script, MB of the engine's process",
    candidates: [on("nginx", "/", bwScript(5000)), on("nginx", "/", k6Script(5000))],
    measure: "peakRssMb",
    goal: { kind: "value", atMost: 120 },
    seconds: 10,
  },
  {
    name: "open-30000",
    title: "Open model, 30,000/s: start minus due, 99th percentile, ms",
    candidates: [on("nginx", "/", bwOpen(30_000))],
    measure: "startLagP99Ms",
    goal: { kind: "value", atMost: 3 },
    seconds: 20,
  },
  {
    name: "https-64",
    title: "HTTPS, 64 connections, TLS 1.3 with AES-128-GCM",
    candidates: [on("nginx-tls", "/", bwUrl(64)), on("nginx-tls", "/", wrk(64))],
    measure: "requestsPerSecond",
    goal: { kind: "ratio", atLeast: 0.9 },
  },
  {
    name: "origin-health",
    title: "Our origin's /health against nginx's `return 200`, both driven by wrk",
    candidates: [on("origin", "/health", wrk(64), "origin"), on("nginx", "/", wrk(64), "nginx")],
    measure: "requestsPerSecond",
    goal: { kind: "ratio", atLeast: 1 },
  },
  ...([64, 1000] as const).flatMap((connections): Bench[] => [
    againstSeed(`origin-health-${connections}`, "/health", wrk(connections)),
    againstSeed(`origin-bin-1k-${connections}`, "/bin/1K", wrk(connections)),
    againstSeed(`origin-echo-${connections}`, "/", wrkHeaders(connections)),
  ]),
  ...([1, 16] as const).map(
    (connections): Bench => ({
      ...againstSeed(`origin-bin-10g-${connections}`, "/bin/10G", wrkEndless(connections)),
      measure: "gigabytesPerSecond",
      goal: { kind: "ratio", atLeast: 1, valueAtLeast: 3 },
    }),
  ),
  {
    ...againstSeed("origin-upload-2g", "/upload", upload(1)),
    measure: "gigabytesPerSecond",
  },
  againstSeed("origin-ws-64", "/ws", webSocket(64)),
  {
    name: "origin-grpc-32",
    title: "Unary gRPC calls, 32 under way on one connection, against the seed's server (grpc-go)",
    candidates: [
      on("origin-grpc", "/echo.EchoService/Echo", grpcUnary(32), "origin"),
      on("hpdummy-grpc", "/echo.EchoService/Echo", grpcUnary(32), "hpdummy"),
    ],
    measure: "requestsPerSecond",
    goal: { kind: "ratio", atLeast: 0.3, aim: 1 },
  },
  {
    name: "origin-h2",
    title: "Our origin's /health over HTTP/2 against nginx's, by h2load with 8 × 32 streams",
    candidates: [
      on("origin", "/health", h2load(32), "origin"),
      on("nginx-h2", "/", h2load(32), "nginx"),
    ],
    measure: "requestsPerSecond",
    goal: { kind: "ratio", atLeast: 1 },
  },
  {
    name: "origin-h2-tls",
    title: "The same over TLS",
    candidates: [
      on("origin-tls", "/health", h2load(32), "origin"),
      on("nginx-h2-tls", "/", h2load(32), "nginx"),
    ],
    measure: "requestsPerSecond",
    goal: { kind: "ratio", atLeast: 1 },
  },
  {
    name: "origin-idle-15000",
    title: "Our origin's memory with 15,000 idle connections, MB",
    candidates: [
      on("origin", "/health", idle(15_000), "origin"),
      on("hpdummy", "/health", idle(15_000), "hpdummy"),
    ],
    measure: "serverRssMb",
    goal: { kind: "value", atMost: 200 },
  },
  {
    name: "origin-slow-100",
    title: "Our origin's memory with 100 readers of /bin/10G at 100 kB/s each, MB",
    candidates: [
      on("origin", "/bin/10G", slowReaders(100), "origin"),
      on("hpdummy", "/bin/10G", slowReaders(100), "hpdummy"),
    ],
    measure: "serverRssMb",
    goal: { kind: "value", atMost: 150 },
    seconds: 10,
  },
  {
    name: "origin-soak",
    title: "120 s at full speed: our origin's memory at the end over that from 30 to 60 s",
    candidates: [on("origin", "/", wrkHeaders(64), "origin")],
    measure: "serverGrowth",
    goal: { kind: "value", atMost: 1.1 },
    seconds: 120,
    rounds: 1,
  },
  {
    name: "gate-64",
    title: "`bw gate` in front of nginx against nginx as proxy, 64 connections, one core",
    candidates: [on("gate", "/", wrk(64), "gate"), on("nginx-proxy", "/", wrk(64), "nginx")],
    measure: "requestsPerSecond",
    goal: { kind: "ratio", atLeast: 0.6 },
  },
  {
    name: "gate-latency",
    title: "What `bw gate` adds at half its load, 15,000/s: 99th percentile against no proxy",
    candidates: [
      on("gate-beside", "/", bwOpen(15_000), "gate"),
      on("nginx", "/", bwOpen(15_000), "direct"),
      on("nginx-proxy-beside", "/", bwOpen(15_000), "nginx"),
    ],
    measure: "latencyP99Ms",
    goal: { kind: "difference", atMost: 1 },
  },
  {
    name: "others-64",
    title: "Other tools, 64 connections, to nginx (for information)",
    candidates: [on("nginx", "/", oha(64)), on("nginx", "/", hey(64)), on("nginx", "/", ab(64))],
    measure: "requestsPerSecond",
    goal: { kind: "none" },
  },
];

function on(server: ServerName, path: string, driver: Driver, label?: string): Candidate {
  return { label: label ?? driver.tool, server, path, driver };
}

/** The same load on our origin and on the server that it is modelled on. */
function againstSeed(name: string, path: string, driver: Driver): Bench {
  return {
    name,
    title: `Our origin's ${path} against the seed's server (fasthttp)`,
    candidates: [on("origin", path, driver, "origin"), on("hpdummy", path, driver, "hpdummy")],
    measure: "requestsPerSecond",
    goal: { kind: "ratio", atLeast: 1 },
  };
}
