import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { SERVER_CORE } from "../bench-server.ts";
import { type AnsweringProcess, startAnswering } from "../parts/answering-process.ts";
import { bw } from "../storage/stores.ts";
import { workFolder } from "../tool.ts";

/** A bridge that can be measured. */
export interface Bridge {
  readonly name: string;
  readonly toCommand: (port: number) => readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** Where the durable ones keep their messages. */
export const dataFolder: string = join(workFolder, "bridge");

const usual: readonly string[] = [
  ...["--host", "127.0.0.1", "--metrics-port", "off", "--log-level", "error"],
];

const ours = (name: string, flags: readonly string[]): Bridge => ({
  name,
  toCommand: (port) => [...bw, "bridge", "--port", `${port}`, ...usual, ...flags],
});

export const inMemory: Bridge = ours("`bw bridge --data off`", ["--data", "off"]);

export const onDisk: Bridge = ours("`bw bridge`, on disk", ["--data", dataFolder]);

export const synced: Bridge = ours("`bw bridge --durability sync`", [
  ...["--data", dataFolder, "--durability", "sync"],
]);

/**
 * The original, its origin check mended, in Node.js 20: `main.mjs` of its own folder, with a
 * silent logger, since a line per message would slow it down. Undefined where it is not there.
 */
export function original(): Bridge | undefined {
  const folders = [process.env.BREAKWATER_PEERS ?? "/opt/breakwater-peers", "/tmp/peers"];
  const main = folders.map((folder) => join(folder, "ai-bridge", "main.mjs")).find(existsSync);
  const node = Bun.which("node");
  if (main === undefined || node === null) return undefined;
  return {
    name: "the original",
    toCommand: (port) => ["env", `PORT=${port}`, node, main],
    environment: {
      ...{ BRIDGE_LOG: "silent", AI_BRIDGE_HISTORY_LIMIT: "1000", AI_BRIDGE_MAX_QUEUE: "2000" },
    },
  };
}

export interface StartBridgeOptions {
  readonly signal: AbortSignal;
  /** What was kept is to be there again. */
  readonly keeps?: boolean;
  readonly port?: number;
}

export function startBridge(
  bridge: Bridge,
  options: StartBridgeOptions,
): Promise<AnsweringProcess> {
  const { signal, keeps = false, port } = options;
  if (!keeps) rmSync(dataFolder, { recursive: true, force: true });
  const { toCommand, environment } = bridge;
  return startAnswering({
    toCommand,
    ...{ core: SERVER_CORE, signal },
    ...(environment && { environment }),
    ...(port !== undefined && { port }),
  });
}
