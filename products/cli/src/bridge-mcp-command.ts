import { environment, onStopSignals } from "@breakwater/process";
import type { Command } from "commander";
import packageJson from "../package.json" with { type: "json" };
import { type AgentCommandFlags, addAgentFlags } from "./bridge-chat-command.ts";
import type { Output } from "./output.ts";

const examples = `
For whatever starts MCP servers: Claude, editors, agents' frameworks. It speaks MCP on standard
input and output, and says on standard error what people may want to know. Tools: list_agents,
receive_messages, wait_for_message, send_message, broadcast_message, ask_agent. A message is
acknowledged to the bridge when the model has been given it.

Examples:
  claude mcp add bridge -- bw bridge mcp --id ada --role coder
  in a host's configuration
    {"mcpServers": {"bridge": {"command": "bw", "args": ["bridge", "mcp", "--id", "ada"]}}}
  another bridge, which wants a token
    {"mcpServers": {"bridge": {"command": "bw", "args": ["bridge", "mcp", "--id", "ada"],
      "env": {"AI_BRIDGE_URL": "wss://bridge.example", "AI_BRIDGE_AUTH_TOKEN": "…"}}}}`;

/** k6's code for what it cannot make sense of. */
const INVALID_CONFIG = 104;

/** `bw bridge mcp`: a bridge's agents as tools of a language model. */
export function addBridgeMcpCommand(
  bridge: Command,
  output: Output,
  end: (exitCode: number) => void,
): void {
  const mcp = bridge.command("mcp").description("an MCP server: a model joins the bridge by tools");
  addAgentFlags(mcp)
    .addHelpText("after", examples)
    .action(async (flags: AgentCommandFlags) => end(await mcpCommand(flags, output)));
}

async function mcpCommand(flags: AgentCommandFlags, { write }: Output): Promise<number> {
  const { isAboutAgent, runMcp } = await import("@breakwater/bridge/mcp");
  const leaving = new AbortController();
  const leave = (): void => leaving.abort();
  using _signals = onStopSignals({ first: leave, second: leave });
  try {
    await runMcp({
      flags,
      environment: environment(),
      version: packageJson.version,
      input: process.stdin,
      output: process.stdout,
      log: (line) => write("stderr", `${line}\n`),
      signal: leaving.signal,
    });
    return 0;
  } catch (error) {
    if (!isAboutAgent(error)) throw error;
    write("stderr", `error: ${error.message}\n`);
    return INVALID_CONFIG;
  }
}
