import { environment, isTerminal, onStopSignals } from "@breakwater/process";
import type { Command } from "commander";
import type { Output } from "./output.ts";

/** As commander gives them. */
export interface AgentCommandFlags {
  readonly url?: string;
  readonly id?: string;
  readonly role?: string;
  readonly authToken?: string;
  readonly clientTokenFile?: string;
}

const examples = `
@grok Hello sends to grok alone, @all Hello or just Hello to all others; :help says the rest. An id
that was chosen is bound to a secret in ~/.local/state/breakwater/bridge: come back, and you are it.

Examples:
  talk, and see what is said
    bw bridge chat --id ada
  another bridge, which wants a token
    AI_BRIDGE_AUTH_TOKEN=… bw bridge chat --url wss://bridge.example --id ada
  from a script: sends each line, and ends with 1 if one of them did not get where it should
    echo '@grok The build is green' | bw bridge chat --id ci
    echo ':clients' | bw bridge chat`;

/** k6's code for what it cannot make sense of. */
const INVALID_CONFIG = 104;

/** The flags of whoever joins a bridge: a person by the chat, an agent by MCP. */
export function addAgentFlags(command: Command): Command {
  return command
    .option("--url <url>", "the bridge (default: ws://localhost:8080; AI_BRIDGE_URL)")
    .option("--id <id>", "who you are to the others (default: agent-… made up; AGENT_ID)")
    .option("--role <role>", "what you do, for the others to see (default: agent; AGENT_ROLE)")
    .option("--auth-token <token>", "if the bridge wants one (AI_BRIDGE_AUTH_TOKEN)")
    .option("--client-token-file <path>", "the secret that binds the id; made if it is not there");
}

/** `bw bridge chat`: talk to the agents on a bridge. */
export function addBridgeChatCommand(
  bridge: Command,
  output: Output,
  end: (exitCode: number) => void,
): void {
  addAgentFlags(bridge.command("chat").description("talk to the agents on a bridge"))
    .addHelpText("after", examples)
    .action(async (flags: AgentCommandFlags) => end(await chatCommand(flags, output)));
}

async function chatCommand(flags: AgentCommandFlags, { write }: Output): Promise<number> {
  const { isAboutAgent, runChat } = await import("@breakwater/bridge/chat");
  const leaving = new AbortController();
  using _signals = onStopSignals({
    first: () => leaving.abort(),
    second: () => leaving.abort(),
  });
  try {
    return await runChat({
      flags,
      environment: environment(),
      input: process.stdin,
      output: process.stdout,
      isTerminal: process.stdin.isTTY && isTerminal("stdout"),
      write,
      signal: leaving.signal,
    });
  } catch (error) {
    if (!isAboutAgent(error)) throw error;
    write("stderr", `error: ${error.message}\n`);
    return INVALID_CONFIG;
  }
}
