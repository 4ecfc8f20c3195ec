import type { Command } from "commander";
import { addBridgeChatCommand } from "./bridge-chat-command.ts";
import { addBridgeMcpCommand } from "./bridge-mcp-command.ts";
import type { Output } from "./output.ts";
import { runServiceCommand } from "./service-command.ts";

const NAME = "bridge";

const examples = `
Examples:
  on this machine alone, messages in ./breakwater-bridge
    bw bridge --port 8080 --metrics-port 9091
    curl localhost:8080/agents
    curl localhost:8080/send -d '{"to":"ada","payload":{"text":"hello"}}'
  for others, who bring a token
    AI_BRIDGE_AUTH_TOKEN=… bw bridge
  several instances that share clients, queues and history
    AI_BRIDGE_AUTH_TOKEN=… bw bridge --redis-url redis://redis:6379
  join it: from a terminal, and as an agent's tool
    bw bridge chat --id ada
    bw bridge mcp --id ada
`;

/** `bw bridge`: agents exchange messages. Its flags are those of its settings. */
export function addBridgeCommand(
  program: Command,
  output: Output,
  end: (exitCode: number) => void,
): void {
  const bridge = program
    .command(NAME)
    .description("agents exchange messages over WebSockets and HTTP, and none is lost silently");
  // Before what they would inherit.
  addBridgeChatCommand(bridge, output, end);
  addBridgeMcpCommand(bridge, output, end);
  bridge
    .argument("[flags...]")
    .allowUnknownOption()
    .helpOption(false)
    .action(async () => end(await bridgeCommand(output)));
}

async function bridgeCommand(output: Output): Promise<number> {
  const { isAboutSettings, readSettings, runBridge } = await import("@breakwater/bridge");
  return runServiceCommand(
    { readSettings, run: (settings) => runBridge(settings), isAboutSettings },
    {
      ...{ name: NAME, examples, output },
      greet: ({ url, keptIn, notes }) => [
        `Listening on ${url}; messages are kept ${keptIn}`,
        ...notes,
      ],
      farewell: "Saying goodbye to the clients; once more ends it at once",
    },
  );
}
