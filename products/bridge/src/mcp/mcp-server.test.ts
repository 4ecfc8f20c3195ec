import { expect, test } from "bun:test";
import { BridgeClientError } from "@breakwater/bridge-client";
import { FakeClock } from "@breakwater/clock/testing";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { CallToolResultSchema } from "@modelcontextprotocol/sdk/types.js";
import { anAgent, FakeBridgeClient } from "../agent/testing/fake-bridge-client.ts";
import { bridgeMcpServer } from "./mcp-server.ts";
import { toolContext } from "./tool-context.ts";

async function openHost() {
  const client = new FakeBridgeClient("ada");
  const clock = new FakeClock();
  const { context, takeNotices } = toolContext({ client, url: "ws://bridge:8080", clock });
  const server = bridgeMcpServer({ version: "1.2.3", context, takeNotices });
  const [near, far] = InMemoryTransport.createLinkedPair();
  await server.connect(far);
  const host = new Client({ name: "test", version: "1" });
  await host.connect(near);
  /** The data of a result, or the sentence of a failure. */
  const call = async (name: string, input: Record<string, unknown> = {}, signal?: AbortSignal) => {
    const params = { name, arguments: input };
    const given = await host.callTool(params, CallToolResultSchema, signal ? { signal } : {});
    const result = CallToolResultSchema.parse(given);
    const [first] = result.content;
    const text = first?.type === "text" ? first.text : "";
    return { text, data: result.structuredContent ?? {}, isError: result.isError === true };
  };
  /** Until the server has got to the client's `sent` or readers. */
  const settled = () => host.ping();
  return { client, clock, host, call, settled };
}

test("the tools say what they take, and what they do", async () => {
  const { host } = await openHost();
  const { tools } = await host.listTools();
  expect(host.getInstructions()).toContain('You are the agent "ada"');
  expect(host.getServerVersion()).toMatchObject({ name: "breakwater-bridge", version: "1.2.3" });
  const shown = tools.map(({ name, inputSchema, annotations }) => [
    name,
    Object.keys(inputSchema.properties ?? {}).join(" "),
    annotations?.readOnlyHint,
  ]);
  expect(shown).toEqual([
    ["list_agents", "", true],
    ["receive_messages", "max from intent", false],
    ["wait_for_message", "timeoutSeconds from intent", false],
    ["send_message", "to text payload intent taskId replyTo", false],
    ["broadcast_message", "text payload intent taskId", false],
    ["ask_agent", "to text payload intent taskId timeoutSeconds", false],
  ]);
  expect(tools.find(({ name }) => name === "send_message")?.inputSchema.required).toEqual(["to"]);
});

test("list_agents says who is there, and who one is oneself", async () => {
  const { client, call } = await openHost();
  client.agentsNow = [anAgent("ada"), anAgent("grok", { role: "coder", intents: ["task.assign"] })];
  const { text, data } = await call("list_agents");
  const connectedAt = "2026-11-22T10:20:30.000Z";
  expect(data).toEqual({
    you: "ada",
    agents: [
      { id: "ada", role: "agent", connectedAt },
      { id: "grok", role: "coder", intents: ["task.assign"], connectedAt },
    ],
  });
  expect(text).toStartWith('One other agent is connected.\n{\n "you": "ada"');
});

test.each<[string, Record<string, unknown>, string]>([
  ["send_message", { to: "grok", text: "Hi" }, 'grok {"text":"Hi"}'],
  ["send_message", { to: "grok", payload: { n: 1 } }, 'grok {"n":1}'],
  [
    "send_message",
    { to: "grok", text: "Hi", intent: "task.assign", taskId: "t1" },
    'grok {"text":"Hi"} {"intent":"task.assign","taskId":"t1"}',
  ],
  [
    "send_message",
    { to: "grok", text: "Done", replyTo: "m7" },
    'grok {"text":"Done"} {"intent":"agent.response","replyTo":"m7"}',
  ],
  ["broadcast_message", { text: "Hi" }, '* {"text":"Hi"}'],
])("%s %j sends it", async (name, input, line) => {
  const { client, call, settled } = await openHost();
  const called = call(name, input);
  await settled();
  client.tellReceipt(0, { status: "delivered", recipients: 2 });
  const { text, data } = await called;
  expect(client.sent).toEqual([line]);
  expect(text).toStartWith("Delivered");
  expect(data).toMatchObject({ id: expect.any(String), status: "delivered" });
});

test.each([
  ["grok", "grok is connected and has not taken it yet; it waits."],
  ["grk", "No agent called grk is connected: the message waits until one is."],
])("a message to %s that waits says for whom", async (to, words) => {
  const { client, call, settled } = await openHost();
  client.agentsNow = [anAgent("grok")];
  const called = call("send_message", { to, text: "Hi" });
  await settled();
  client.tellReceipt(0, { status: "queued" });
  expect((await called).text).toStartWith(words);
});

test("what is lost after the result is told with the next one, once", async () => {
  const { client, call, settled } = await openHost();
  const called = call("send_message", { to: "grok", text: "Hi" });
  await settled();
  client.tellReceipt(0, { status: "queued" });
  const { data } = await called;
  client.tellReceipt(0, { status: "dropped", reason: "expired" });
  expect((await call("list_agents")).data.notices).toEqual([
    `Your message ${data.id} to grok was lost: it waited for too long`,
  ]);
  expect((await call("list_agents")).data).not.toHaveProperty("notices");
});

test("a receipt that is late is not waited for, and a loss of which it tells is told", async () => {
  const { client, clock, call, settled } = await openHost();
  const called = call("send_message", { to: "grok", text: "Hi" });
  await settled();
  await clock.advanceTo(3000);
  const { text, data } = await called;
  expect(text).toStartWith("Sent; it is not confirmed yet. Do not send it again.");
  client.tellReceipt(0, { status: "dropped", reason: "queue_full" });
  expect((await call("list_agents")).data.notices).toEqual([
    `Your message ${data.id} was lost: Cannot deliver the message`,
  ]);
});

test("receive_messages gives what has come, oldest first, and acknowledges that", async () => {
  const { client, call } = await openHost();
  client.tellMessage({ id: "m1", to: "ada", payload: { text: "one" } });
  client.tellMessage({ id: "m2", from: "gemini", payload: { n: 2 }, intent: "task.done" });
  client.tellMessage({ id: "m3", taskId: "t1", role: "coder" });
  expect(client.acked).toEqual([]);
  const { data } = await call("receive_messages", { max: 2 });
  const timestamp = "2026-11-22T10:20:30.000Z";
  expect(data).toEqual({
    messages: [
      { id: "m1", from: "grok", to: "ada", timestamp, text: "one" },
      {
        ...{ id: "m2", from: "gemini", to: "everybody", intent: "task.done", timestamp },
        payload: { n: 2 },
      },
    ],
    remaining: 1,
  });
  expect(client.acked).toEqual(["m1", "m2"]);
  const rest = await call("receive_messages", { from: "gemini" });
  expect(rest.data).toEqual({ messages: [], remaining: 1 });
});

test("one result is not much longer than a model can read", async () => {
  const { client, call } = await openHost();
  for (const id of ["m1", "m2", "m3"]) client.tellMessage({ id, payload: "x".repeat(30_000) });
  const { data } = await call("receive_messages");
  expect([client.acked, data.remaining]).toEqual([["m1", "m2"], 1]);
});

test("wait_for_message takes the next one that is wanted", async () => {
  const { client, call, settled } = await openHost();
  const called = call("wait_for_message", { from: "gemini" });
  await settled();
  client.tellMessage({ id: "m1" });
  client.tellMessage({ id: "m2", from: "gemini" });
  expect((await called).data).toMatchObject({ messages: [{ id: "m2" }], remaining: 1 });
  expect(client.acked).toEqual(["m2"]);
});

test("wait_for_message says so when nothing came", async () => {
  const { client, call, settled } = await openHost();
  const called = call("wait_for_message", { timeoutSeconds: 5 });
  await settled();
  client.tellTimeIsUp();
  const { text, data, isError } = await called;
  expect(text).toStartWith("Nothing came within 5 s.");
  expect([data, isError]).toEqual([{ messages: [], remaining: 0 }, false]);
});

test("ask_agent gives the reply", async () => {
  const { client, call, settled } = await openHost();
  const called = call("ask_agent", { to: "grok", text: "How many?" });
  await settled();
  client.tellReply(0, { id: "m9", payload: { text: "Three" }, replyTo: "q1" });
  const { text, data } = await called;
  expect(text).toStartWith("grok replied.");
  expect(data).toMatchObject({ reply: { id: "m9", text: "Three", replyTo: "q1" } });
});

test("ask_agent says when there is no reply in time", async () => {
  const { client, call, settled } = await openHost();
  const called = call("ask_agent", { to: "grok", text: "How many?", timeoutSeconds: 2 });
  await settled();
  client.refuse(0, new BridgeClientError("timeout", "No reply in 2000 ms"));
  expect(await called).toMatchObject({
    isError: true,
    text: "grok has not replied within 2 s: go on, or wait_for_message from it",
  });
});

test.each<[string, Record<string, unknown>, string]>([
  [
    "send_message",
    { text: "Hi" },
    "Cannot call send_message so: to: Invalid input: expected string",
  ],
  ["send_message", { to: "x" }, "Cannot call send_message with neither text nor payload: give one"],
  ["send_message", { to: "x", text: "", payload: {} }, "with both text and payload: give one"],
  ["send_message", { to: "x", payload: "text" }, "payload: Invalid input: expected record"],
  ["send_message", { to: "x", text: "Hi", form: "y" }, 'Unrecognized key: "form"'],
  ["receive_messages", { max: 0 }, "max: Too small: expected number to be >=1"],
  ["wait_for_message", { timeoutSeconds: 9999 }, "timeoutSeconds: Too big: expected number"],
  ["reply_to", {}, "There is no tool reply_to: there are list_agents, receive_messages"],
])("%s %j fails with one sentence", async (name, input, sentence) => {
  const { call, client } = await openHost();
  const { isError, text } = await call(name, input);
  expect([isError, text]).toEqual([true, expect.stringContaining(sentence)]);
  expect(client.sent).toEqual([]);
});

test.each([
  ["list_agents", {}],
  ["send_message", { to: "grok", text: "Hi" }],
  ["receive_messages", {}],
  ["wait_for_message", {}],
])("without a connection %s says why", async (name, input) => {
  const { client, call } = await openHost();
  client.tellState("waiting", new BridgeClientError("unreachable", "Nobody listens there"));
  expect(await call(name, input)).toMatchObject({
    isError: true,
    text: "Not connected to ws://bridge:8080: Nobody listens there",
  });
  expect(client.sent).toEqual([]);
});

test("what has come before the connection was lost can be read", async () => {
  const { client, call } = await openHost();
  client.tellMessage({ id: "m1" });
  client.tellState("waiting", new BridgeClientError("unreachable", "Nobody listens there"));
  expect((await call("receive_messages")).data).toMatchObject({ messages: [{ id: "m1" }] });
});
