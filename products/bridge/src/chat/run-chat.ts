import { join } from "node:path";
import { connectBridge } from "@breakwater/bridge-client";
import { systemClock } from "@breakwater/system-clock";
import { type AgentFlags, agentSettings } from "../agent/agent-settings.ts";
import type { Environment } from "../agent/client-token.ts";
import { runPipedChat } from "./piped-chat.ts";
import { runTerminalChat } from "./terminal-chat.ts";
import { typedLines } from "./typed-lines.ts";

export interface RunChatOptions {
  readonly flags: AgentFlags;
  readonly environment: Environment;
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  /** Somebody types, and looks; else lines are read, sent and accounted for. */
  readonly isTerminal: boolean;
  readonly write: (stream: "stdout" | "stderr", text: string) => void;
  /** Aborted: leave. */
  readonly signal: AbortSignal;
}

const MAX_TYPED_LINES = 1000;

/** `bw bridge chat`. The exit code; throws an AgentError for what cannot be set so. */
export async function runChat(options: RunChatOptions): Promise<number> {
  const { flags, environment, input, output, signal, write } = options;
  const settings = agentSettings(flags, environment);
  const client = connectBridge({ ...settings.options, signal });
  const chat = { client, url: settings.url, newId: () => crypto.randomUUID(), signal };
  if (!options.isTerminal) {
    return await runPipedChat({ ...chat, input: toBytes(input), write, clock: systemClock() });
  }
  const folder = settings.stateFolder;
  const path = folder === undefined ? undefined : join(folder, "typed-lines");
  const typed = typedLines(path, MAX_TYPED_LINES);
  return await runTerminalChat({ ...chat, input, output, typed, maxTypedLines: MAX_TYPED_LINES });
}

async function* toBytes(input: NodeJS.ReadableStream): AsyncGenerator<Uint8Array | string> {
  for await (const chunk of input) yield typeof chunk === "string" ? chunk : new Uint8Array(chunk);
}
