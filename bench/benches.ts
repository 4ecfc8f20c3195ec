import type { Bench, Candidate, Driver, ServerName } from "./bench.ts";
import { drivers } from "./drivers.ts";

const { bwUrl, bwScript, bwK6Script, bwK6Sleep, bwOpen, wrk, k6Script, autocannon, oha, hey, ab } =
  drivers;

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
