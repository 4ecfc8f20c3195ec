import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AgentFlags, agentSettings } from "./agent-settings.ts";

const folder = mkdtempSync(join(tmpdir(), "bridge-agent-"));
afterAll(() => rmSync(folder, { recursive: true }));

function mistakeOf(flags: AgentFlags, environment = {}): string {
  try {
    agentSettings(flags, environment);
    return "";
  } catch (error) {
    return String(error);
  }
}

test("flags win over variables, and variables over what is usual", () => {
  const environment = {
    AI_BRIDGE_URL: "wss://bridge.example/here",
    AGENT_ID: "grok",
    AGENT_ROLE: "coder",
    AI_BRIDGE_AUTH_TOKEN: "secret",
  };
  expect(agentSettings({}, environment)).toMatchObject({
    url: "wss://bridge.example/here",
    id: "grok",
    options: { clientId: "grok", role: "coder", authToken: "secret" },
  });
  const flags = { url: "http://user:pw@other:1", id: "ada", role: "critic", authToken: "mine" };
  expect(agentSettings(flags, environment)).toMatchObject({
    url: "ws://other:1",
    id: "ada",
    options: { url: "ws://user:pw@other:1/", clientId: "ada", role: "critic", authToken: "mine" },
  });
  const { url, options } = agentSettings({}, {});
  expect([url, options.role]).toEqual(["ws://localhost:8080", "agent"]);
  expect(options.clientId).toMatch(/^agent-[0-9a-f]{8}$/);
  expect(options).not.toHaveProperty("clientToken");
});

test("an id that was chosen has a secret of its own on each bridge, the same the next time", () => {
  const environment = { XDG_STATE_HOME: join(folder, "state") };
  const tokenOf = (flags: AgentFlags) => agentSettings(flags, environment).options.clientToken;
  const token = tokenOf({ id: "../ada" });
  expect(token).toMatch(/^[\w-]{43}$/);
  expect(tokenOf({ id: "../ada", url: "ws://127.0.0.1:8080" })).toBe(token!);
  expect(tokenOf({ id: "../ada", url: "ws://localhost:8081" })).not.toBe(token!);
  expect(tokenOf({ id: "x".repeat(200) })).not.toBe(token!);
  const path = join(folder, "state/breakwater/bridge/localhost%3A8080");
  const [name = ""] = readdirSync(path).filter((each) => each.includes("ada"));
  expect(readFileSync(join(path, name), "utf8")).toBe(`${token}\n`);
  expect([name, statSync(join(path, name)).mode & 0o777]).toEqual(["%2E%2E%2Fada.token", 0o600]);
  expect(readdirSync(path).length).toBe(2);
});

test("the secret can be in any file, also for an id that was made up", () => {
  const clientTokenFile = join(folder, "token");
  const first = agentSettings({ clientTokenFile }, {}).options.clientToken;
  expect(agentSettings({ clientTokenFile }, {}).options.clientToken).toBe(first!);
});

test.each<[AgentFlags, string]>([
  [{ url: "bridge:8080" }, 'Cannot connect to "bridge:8080": name the bridge as ws://host:port'],
  [{ url: "ftp://bridge" }, 'Cannot connect to "ftp://bridge"'],
  [{ id: "two words" }, 'Cannot be called "two words": take up to 200 letters and signs'],
  [{ id: "a\x1b" }, 'Cannot be called "a\\u001b"'],
  [{ id: "all" }, 'Cannot be called "all"'],
  [{ clientTokenFile: import.meta.path }, "must be one line of 16 to 200 letters and signs"],
  [{ clientTokenFile: "/dev/null/token" }, "Cannot keep a secret in /dev/null/token"],
])("%j is refused by one sentence", (flags, sentence) => {
  expect(mistakeOf(flags)).toContain(sentence);
});

test("without a home nothing is kept, and nothing fails", () => {
  expect(agentSettings({ id: "ada" }, {})).toMatchObject({ stateFolder: undefined });
});

test("an empty file is no secret", () => {
  const clientTokenFile = join(folder, "empty");
  writeFileSync(clientTokenFile, "");
  expect(mistakeOf({ clientTokenFile })).toContain("Cannot use the client token in");
});
