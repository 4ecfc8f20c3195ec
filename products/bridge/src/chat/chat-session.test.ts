import { expect, test } from "bun:test";
import { BridgeClientError, type Envelope } from "@breakwater/bridge-client";
import { anAgent, anEnvelope, FakeBridgeClient } from "../agent/testing/fake-bridge-client.ts";
import { chatHelp } from "./chat-line.ts";
import { ChatSession } from "./chat-session.ts";

function openSession(maxRemembered = 100) {
  const client = new FakeBridgeClient("ada");
  const shown: string[] = [];
  const ids = ["id1", "id2", "id3", "id4"];
  const session = new ChatSession({
    client,
    url: "ws://bridge:8080",
    screen: { show: (line) => shown.push(line), note: (line) => shown.push(`-- ${line}`) },
    newId: () => ids.shift()!,
    maxRemembered,
  });
  return { client, session, shown };
}

test.each<[string, { readonly sent?: string[]; readonly shown?: string[] }]>([
  ["Hello", { sent: ['* {"text":"Hello"}'] }],
  ["@all Hello", { sent: ['* {"text":"Hello"}'] }],
  ["@grok Hello there", { sent: ['grok {"text":"Hello there"}'] }],
  ["  @grok   Hello ", { sent: ['grok {"text":"Hello"}'] }],
  [":)", { sent: ['* {"text":":)"}'] }],
  ["", {}],
  ["   ", {}],
  [":help", { shown: [chatHelp] }],
  [":clients", { shown: ["ada (you)\ngrok (coder, gpu)"] }],
  [":agents", { shown: ["ada (you)\ngrok (coder, gpu)"] }],
  [":history", { shown: ["2026-11-22 10:20 grok: one", "2026-11-22 10:20 grok (to you): two"] }],
  [":history 1", { shown: ["2026-11-22 10:20 grok (to you): two"] }],
  [":history 0", { shown: ["-- Cannot show 0 messages: write :history and 1 to 1000"] }],
  [":history abc", { shown: ["-- Cannot show abc messages: write :history and 1 to 1000"] }],
  [":wave", { shown: ["-- There is no command :wave; :help lists those that there are"] }],
  ["@grok", { shown: ["-- Cannot send nothing: write @grok and what to say"] }],
  ["@ Hello", { shown: ["-- Cannot send to nobody: write @grok and what to say, or @all"] }],
])("the line %j does what it says", async (line, { sent = [], shown = [] }) => {
  const chat = openSession();
  chat.client.agentsNow = [anAgent("ada"), anAgent("grok", { role: "coder", labels: ["gpu"] })];
  chat.client.historyNow = [
    anEnvelope({ payload: { text: "one" } }),
    anEnvelope({ to: "ada", payload: { text: "two" } }),
  ];
  expect(await chat.session.onLine(line)).toBe("on");
  expect([chat.client.sent, chat.shown]).toEqual([sent, shown]);
});

test.each([":quit", ":exit", ":QUIT"])("%s ends it", async (line) => {
  expect(await openSession().session.onLine(line)).toBe("over");
});

test.each<[Partial<Envelope>, string]>([
  [{}, "grok: Hello"],
  [{ to: "ada" }, "grok (to you): Hello"],
  [{ payload: "plain" }, "grok: plain"],
  [{ payload: { text: "a", more: 1 } }, 'grok: {"text":"a","more":1}'],
  [{ payload: null }, "grok: null"],
  [{ payload: ["a"] }, 'grok: ["a"]'],
  [{ intent: "task.assign", taskId: "t 1" }, "grok (task.assign, task t 1): Hello"],
  [{ payload: "one\ntwo\r\nthree" }, "grok: one\n    two\n    three"],
  [{ payload: "\x1b[2J\x07red\x9b31m\u202e" }, "grok: ␛[2J␇red\ufffd31m\ufffd"],
  [{ from: "x\x1b]0;me\x07\ny" }, "x␛]0;me␇ y: Hello"],
])("a message %j is shown harmlessly", (fields, line) => {
  const { client, shown } = openSession();
  client.tellMessage(fields);
  expect(shown).toEqual([line]);
});

test.each([
  ["a".repeat(20_010), "… (10 more characters)"],
  ["line\n".repeat(300), "… (101 more lines)"],
])("of a message that is too long the beginning is shown", (payload, end) => {
  const { client, shown } = openSession();
  client.tellMessage({ payload });
  expect(shown[0]!.endsWith(`\n    ${end}`)).toBe(true);
  expect(shown[0]!.length).toBeLessThan(20_100);
});

test("receipts are told in words, also what follows the first", async () => {
  const { client, session, shown } = openSession();
  client.agentsNow = [anAgent("grok")];
  for (const line of ["@grok Hello", "Hello", "Hello", "@x y"]) await session.onLine(line);
  client.tellReceipt(1, { status: "delivered", recipients: 3 });
  client.tellReceipt(2, { status: "delivered", recipients: 0 });
  client.tellReceipt(3, { status: "dropped", reason: "queue_full" });
  client.tellReceipt(0, { status: "queued" });
  await session.unansweredAtMost(0);
  client.tellReceipt(0, { status: "delivered" });
  expect(shown).toEqual([
    "-- 3 others have it",
    "-- nobody else is connected: nobody got it",
    "-- lost on its way to x: as many messages wait for it as may",
    "-- grok is there and has not taken it yet: it waits",
    "-- grok has it",
  ]);
  expect(session.lost).toBe(1);
});

test("that a message waits is told as soon as it is known, and for whom", async () => {
  const { client, session, shown } = openSession();
  await session.onLine("@grk Hello");
  client.tellReceipt(0, { status: "queued" });
  await session.unansweredAtMost(0);
  expect(shown).toEqual(["-- nobody called grk is connected: it waits until somebody is"]);
  expect(session.lost).toBe(0);
});

test("what the bridge refuses is shown, and counts as lost", async () => {
  const { client, session, shown } = openSession();
  await session.onLine("Hello");
  client.refuse(0, new BridgeClientError("refused", "Too many\x1b[2J messages"));
  await session.unansweredAtMost(0);
  expect([shown, session.lost]).toEqual([["-- not sent to the others: Too many␛[2J messages"], 1]);
});

test("what was under way when the chat ended is told, since it may be lost", async () => {
  const { client, session, shown } = openSession();
  await session.onLine("@grok Hello");
  client.refuse(0, new BridgeClientError("closed", "The client is closed"));
  await session.unansweredAtMost(0);
  expect([shown, session.lost]).toEqual([["-- left before it was known whether grok got it"], 1]);
});

test("each change of the connection is told once", () => {
  const { client, shown } = openSession();
  const why = new BridgeClientError("unreachable", "Cannot reach the bridge");
  client.tellState("connecting");
  client.tellState("waiting", why);
  client.tellState("connecting");
  client.tellState("waiting", why);
  client.tellState("open");
  client.tellState("closed", new BridgeClientError("replaced", "ada is connected elsewhere"));
  expect(shown).toEqual([
    "-- Cannot reach the bridge; it is tried again",
    "-- connected to ws://bridge:8080 as ada",
    "-- ada is connected elsewhere",
  ]);
});

test("Tab knows commands, and the ids that were seen last and can be typed", async () => {
  const { client, session } = openSession(2);
  for (const from of ["grok", "gone", "two words", "gemini"]) client.tellMessage({ from });
  await session.onLine("@grok Hello");
  expect(["@", "@g", ":h", "x", ""].map((line) => session.completions(line))).toEqual([
    ["@all ", "@gemini ", "@grok "],
    ["@gemini ", "@grok "],
    [":history", ":help"],
    [],
    [],
  ]);
});
