import type { Readable, Writable } from "node:stream";
import { connectBridge } from "@breakwater/bridge-client";
import { systemClock } from "@breakwater/system-clock";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { type AgentFlags, agentSettings } from "../agent/agent-settings.ts";
import type { Environment } from "../agent/client-token.ts";
import { whyInWords } from "../agent/why-in-words.ts";
import { bridgeMcpServer } from "./mcp-server.ts";
import { toolContext } from "./tool-context.ts";

export interface RunMcpOptions {
  readonly flags: AgentFlags;
  readonly environment: Environment;
  readonly version: string;
  /** MCP's messages, one a line: nothing else may be said on the output. */
  readonly input: Readable;
  readonly output: Writable;
  /** For people. */
  readonly log: (line: string) => void;
  /** Aborted: leave. */
  readonly signal: AbortSignal;
}

/**
 * `bw bridge mcp`: until the host closes its end. Throws an AgentError for what cannot be set so; a
 * bridge that cannot be reached is told by the tools.
 */
export async function runMcp(options: RunMcpOptions): Promise<void> {
  const { input, output, log, signal } = options;
  const { url, id, options: bridge } = agentSettings(options.flags, options.environment);
  const client = connectBridge(bridge);
  let said = "";
  client.onState((state, why) => {
    const words = state === "open" ? `connected to ${url} as ${id}` : why && whyInWords(why);
    // That it is tried again, and in vain, is no news.
    if (words !== undefined && words !== said) log(words);
    said = words ?? said;
  });
  client.onProblem((problem) => log(problem.message));
  const { context, takeNotices } = toolContext({ client, url, clock: systemClock() });
  const server = bridgeMcpServer({ version: options.version, context, takeNotices });
  const over = Promise.withResolvers<void>();
  for (const event of ["end", "close"]) input.once(event, over.resolve);
  signal.addEventListener("abort", () => over.resolve(), { once: true });
  server.onclose = over.resolve;
  server.onerror = (error) => log(error.message);
  try {
    await server.connect(new StdioServerTransport(input, output));
    await over.promise;
  } finally {
    await server.close();
    await client.close();
  }
}
