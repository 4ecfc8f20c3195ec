import { expect, test } from "bun:test";
import { BridgeClientError } from "@breakwater/bridge-client";
import { FakeClock } from "@breakwater/clock/testing";
import { FakeBridgeClient } from "../agent/testing/fake-bridge-client.ts";
import { runPipedChat } from "./piped-chat.ts";

function startChat(
  lines: readonly string[],
  client: FakeBridgeClient = new FakeBridgeClient("ada"),
) {
  const clock = new FakeClock();
  const leaving = new AbortController();
  const said: string[] = [];
  let ids = 0;
  const exitCode = runPipedChat({
    client,
    url: "ws://bridge:8080",
    newId: () => {
      ids += 1;
      return `id${ids}`;
    },
    input: (async function* () {
      yield lines.map((line) => `${line}\n`).join("");
    })(),
    write: (_stream, text) => said.push(text.trimEnd()),
    clock,
    signal: leaving.signal,
  });
  return { client, clock, leaving, said, exitCode };
}

/** Until the chat waits for something. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

test("so many messages are under way at once, and no more", async () => {
  const lines = Array.from({ length: 70 }, (_, index) => `@grok ${index}`);
  const { client, exitCode } = startChat(lines);
  await settled();
  expect(client.sent.length).toBe(65);
  for (let index = 0; index < 70; index += 1) {
    client.tellReceipt(index, { status: "delivered" });
    await settled();
  }
  expect(await exitCode).toBe(0);
});

test("a bridge that says nothing is not waited for without end", async () => {
  const { clock, said, exitCode } = startChat(["@grok Hello"]);
  await settled();
  await clock.advanceTo(60_000);
  expect(await exitCode).toBe(1);
  expect(said).toEqual(["The bridge did not say what became of the last messages"]);
});

test("a bridge that is not there is said, and the lines are not sent", async () => {
  const client = new FakeBridgeClient("ada");
  client.tellState("waiting", new BridgeClientError("unreachable", "Nobody listens there"));
  const { said, exitCode } = startChat(["@grok Hello"], client);
  expect(await exitCode).toBe(1);
  expect([client.sent, said]).toEqual([[], ["Not connected in time"]]);
});

test.each<[string, (chat: ReturnType<typeof startChat>) => void]>([
  ["Ctrl-C", ({ leaving }) => leaving.abort()],
  ["the bridge", ({ client }) => client.end(new BridgeClientError("replaced", "Replaced"))],
])("%s ends it before the receipts have come", async (_who, end) => {
  const chat = startChat(["@grok Hello"]);
  await settled();
  end(chat);
  expect(await chat.exitCode).toBe(1);
});

test("Ctrl-C before the lines have been read ends it, too", async () => {
  const { leaving, exitCode } = startChat(["@grok Hello"]);
  leaving.abort();
  expect(await exitCode).toBe(1);
});
