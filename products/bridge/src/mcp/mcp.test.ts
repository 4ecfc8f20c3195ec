import { afterAll, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { CallToolResultSchema } from "@modelcontextprotocol/sdk/types.js";
import { bridgeService } from "../testing/bridge-service.ts";

const home = await mkdtemp(join(tmpdir(), "bridge-mcp-"));
afterAll(() => rm(home, { recursive: true }));

/** A host that has started `bw bridge mcp`. */
async function openHost(url: string) {
  const cli = join(import.meta.dir, "../../../cli/src/main.ts");
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [cli, "bridge", "mcp", "--url", url, "--id", "ada", "--role", "coder"],
    env: { HOME: home },
    stderr: "pipe",
  });
  const host = new Client({ name: "test", version: "1" });
  const problems: Error[] = [];
  host.onerror = (error) => problems.push(error);
  await host.connect(transport);
  return {
    /** What did not belong on standard output. */
    problems,
    call: async (name: string, input: Record<string, unknown> = {}) => {
      const result = CallToolResultSchema.parse(await host.callTool({ name, arguments: input }));
      const [first] = result.content;
      const text = first?.type === "text" ? first.text : "";
      return { text, data: result.structuredContent ?? {}, isError: result.isError === true };
    },
    [Symbol.asyncDispose]: () => host.close(),
  };
}

test("an agent joins by MCP: lists, sends, waits, asks, receives", async () => {
  await using bridge = await bridgeService();
  using grok = await bridge.join("grok", { receipts: true, delivery: "object" });
  await using host = await openHost(bridge.url.href);
  const { data } = await host.call("list_agents");
  expect(data).toMatchObject({ you: "ada" });
  expect(data.agents).toContainEqual(expect.objectContaining({ id: "ada", role: "coder" }));

  const sent = await host.call("send_message", { to: "grok", text: "Hello", taskId: "t1" });
  expect(sent.text).toStartWith("Delivered to grok.");
  const hello = { from: "ada", role: "coder", taskId: "t1", payload: { text: "Hello" } };
  expect(await grok.next()).toMatchObject({ type: "envelope", envelope: hello });

  const waiting = host.call("wait_for_message", { timeoutSeconds: 20, from: "grok" });
  grok.send({ type: "envelope", envelope: { id: "m1", to: "ada", payload: { text: "Hi ada" } } });
  expect((await waiting).data).toMatchObject({ messages: [{ id: "m1", text: "Hi ada" }] });
  expect(await grok.next()).toMatchObject({ type: "receipt", id: "m1", status: "delivered" });

  const asked = host.call("ask_agent", { to: "grok", text: "How many?" });
  const { envelope } = (await grok.next()) as { envelope: { id: string } };
  const reply = { id: "m2", to: "ada", replyTo: envelope.id, payload: { text: "Three" } };
  grok.send({ type: "envelope", envelope: reply });
  expect((await asked).data).toMatchObject({ reply: { text: "Three" } });

  expect((await host.call("wait_for_message", { timeoutSeconds: 0 })).data).toEqual({
    messages: [],
    remaining: 0,
  });
  expect((await host.call("receive_messages")).data).toEqual({ messages: [], remaining: 0 });
  expect((await host.call("send_message", { to: "grok" })).isError).toBe(true);
  expect(host.problems).toEqual([]);
});

test("what a model was not given before its host ended comes to the next one", async () => {
  await using bridge = await bridgeService();
  using grok = await bridge.join("grok");
  const url = bridge.url.href;
  {
    await using host = await openHost(url);
    await host.call("list_agents");
    for (const id of ["m1", "m2"]) {
      grok.send({ type: "envelope", envelope: { id, to: "ada", payload: { text: id } } });
    }
    const { data } = await host.call("wait_for_message", { timeoutSeconds: 20 });
    expect(data).toMatchObject({ messages: [{ id: "m1" }] });
  }
  await using host = await openHost(url);
  const { data } = await host.call("wait_for_message", { timeoutSeconds: 20 });
  expect(data).toMatchObject({ messages: [{ id: "m2", text: "m2" }], remaining: 0 });
});

test("a host starts without a bridge, and the tools say so", async () => {
  const url = await urlOfNobody();
  await using host = await openHost(url);
  const { isError, text } = await host.call("list_agents");
  expect(isError).toBe(true);
  expect(text).toStartWith(`Not connected to ${url.replace("http", "ws").replace(/\/$/, "")}`);
  expect(host.problems).toEqual([]);
});

/** Of a port that was free a moment ago. */
async function urlOfNobody(): Promise<string> {
  await using server = Bun.serve({ port: 0, fetch: () => new Response() });
  return server.url.href;
}
