import { BenchError } from "../bench-error.ts";
import { CLIENT_CORE } from "../bench-server.ts";
import { startPinned } from "../pinned-process.ts";
import type { Counted, Load } from "./clients/load.ts";
import type { Storm } from "./clients/storm.ts";

export interface RunClientsOptions {
  readonly signal: AbortSignal;
  /** When all are connected, for the kinds that say so. */
  readonly onReady?: () => Promise<void>;
}

/** Runs a measurement's clients on their core, and gives what they counted. */
export async function runClients(
  load: Load & { readonly kind: "storm" },
  options: RunClientsOptions,
): Promise<Storm>;
export async function runClients(load: Load, options: RunClientsOptions): Promise<Counted>;
export async function runClients(load: Load, options: RunClientsOptions): Promise<unknown> {
  const script = "bench/bridge/client-process.ts";
  const child = startPinned([process.execPath, script, JSON.stringify(load)], {
    ...{ core: CLIENT_CORE, killSignal: "SIGKILL" },
    signal: AbortSignal.any([options.signal, AbortSignal.timeout(180_000)]),
  });
  const said = child.stderr.text();
  let last = "";
  for await (const line of linesOf(child.stdout)) {
    if (line === "ready") await options.onReady?.();
    else last = line;
  }
  if ((await child.exited) === 0) return JSON.parse(last);
  throw new BenchError("run_failed", `The clients failed: ${(await said).trim().slice(-400)}`);
}

async function* linesOf(stream: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}
