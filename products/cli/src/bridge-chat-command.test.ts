import { expect, test } from "bun:test";
import { addBridgeChatCommand } from "./bridge-chat-command.ts";
import { addBridgeMcpCommand } from "./bridge-mcp-command.ts";
import { type AddCommand, runCommand } from "./testing/run-command.ts";

const commands: Readonly<Record<"chat" | "mcp", AddCommand>> = {
  chat: addBridgeChatCommand,
  mcp: addBridgeMcpCommand,
};

test.each<["chat" | "mcp", readonly string[], string]>([
  ["chat", ["--url", "bridge"], 'error: Cannot connect to "bridge": name the bridge as ws://'],
  ["chat", ["--id", "all"], 'error: Cannot be called "all"'],
  ["mcp", ["--url", "bridge"], 'error: Cannot connect to "bridge": name the bridge as ws://'],
  ["mcp", ["--client-token-file", import.meta.path], "error: Cannot use the client token in"],
])("bw bridge %s %j says why not, and ends with 104", async (name, flags, message) => {
  const { codes, stderr, stdout } = await runCommand(commands[name], [name, ...flags]);
  expect([codes, stdout, stderr.split("\n")]).toEqual([
    [104],
    "",
    [expect.stringContaining(message), ""],
  ]);
});

test.each<["chat" | "mcp", readonly string[]]>([
  ["chat", ["--client-token-file", "AI_BRIDGE_URL", "echo ':clients' | bw bridge chat"]],
  ["mcp", ["AGENT_ID", "wait_for_message", '"args": ["bridge", "mcp", "--id", "ada"]']],
])("bw bridge %s --help shows what there is, and how it is used", async (name, texts) => {
  const { stdout } = await runCommand(commands[name], [name, "--help"]);
  for (const text of texts) expect(stdout).toContain(text);
});
