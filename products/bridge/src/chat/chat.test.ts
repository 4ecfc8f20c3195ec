import { expect, test } from "bun:test";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable, Writable } from "node:stream";
import { bridgeService } from "../testing/bridge-service.ts";
import { runChat } from "./run-chat.ts";

/** A user of this machine, whose chats have the bridge to themselves. */
async function openUser(url: URL) {
  const home = await mkdtemp(join(tmpdir(), "bridge-chat-"));
  const target = url.href.replace("http", "ws");
  return {
    home,
    /** `echo lines | bw bridge chat …` */
    pipe: async (lines: readonly string[], id?: string) => {
      const said = { stdout: "", stderr: "" };
      const exitCode = await runChat({
        flags: { url: target, ...(id === undefined ? {} : { id }) },
        environment: { HOME: home },
        input: Readable.from(lines.map((line) => Buffer.from(`${line}\n`))),
        output: new Writable(),
        isTerminal: false,
        write: (stream, text) => {
          said[stream] += text;
        },
        signal: new AbortController().signal,
      });
      return { exitCode, ...said };
    },
    [Symbol.asyncDispose]: () => rm(home, { recursive: true }),
  };
}

test("lines of a pipe are sent, and what became of them is known at the end", async () => {
  await using bridge = await bridgeService();
  await using user = await openUser(bridge.url);
  using grok = await bridge.join("grok");
  const { exitCode, stderr } = await user.pipe(["@grok Hello", "@gemini Later", "To all"], "ada");
  expect(exitCode).toBe(0);
  for (const words of [
    "as ada\n",
    "grok has it\n",
    "one other has it\n",
    "nobody called gemini is connected: it waits until somebody is\n",
  ]) {
    expect(stderr).toContain(words);
  }
  expect(await grok.next()).toMatchObject(["env", { from: "ada", payload: { text: "Hello" } }]);
  expect(await grok.next()).toMatchObject(["env", { from: "ada", payload: { text: "To all" } }]);
  const gemini = await user.pipe([":history"], "gemini");
  expect(gemini.stdout).toContain("ada (to you): Later\n");
});

test("who is there, and what was said, can be asked for by a pipe", async () => {
  await using bridge = await bridgeService();
  await using user = await openUser(bridge.url);
  using grok = await bridge.join("grok", { role: "coder" });
  grok.send({ type: "envelope", envelope: { payload: { text: "Good\x1b[2J morning" } } });
  await grok.rest();
  const { exitCode, stdout } = await user.pipe([":clients", ":history"]);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^agent-[0-9a-f]{8} \(you\)$/m);
  expect(stdout).toMatch(/^grok \(coder\)$/m);
  expect(stdout).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d grok: Good␛\[2J morning$/m);
});

test("what is lost, and what cannot be said, is in the exit code", async () => {
  await using bridge = await bridgeService({ flags: ["--max-queue", "1"] });
  await using user = await openUser(bridge.url);
  const lost = await user.pipe(["@grok one", "@grok two"]);
  expect(lost.exitCode).toBe(1);
  expect(lost.stderr).toContain("lost on its way to grok: as many messages wait for it as may\n");
  expect((await user.pipe([":nonsense"])).exitCode).toBe(1);
});

test("an id is its user's, who comes back by the secret in a file", async () => {
  await using bridge = await bridgeService();
  await using user = await openUser(bridge.url);
  await using stranger = await openUser(bridge.url);
  expect((await user.pipe([], "ada")).exitCode).toBe(0);
  expect((await user.pipe([], "ada")).exitCode).toBe(0);
  const bridges = join(user.home, ".local/state/breakwater/bridge");
  const path = join(bridges, `localhost%3A${bridge.url.port}`, "ada.token");
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  const { exitCode, stderr } = await stranger.pipe([], "ada");
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(
    /^Cannot be "ada": .+, or bring the id's secret by --client-token-file\n$/,
  );
});

test("at a terminal one talks until Ctrl-C", async () => {
  await using bridge = await bridgeService();
  await using user = await openUser(bridge.url);
  using grok = await bridge.join("grok");
  const cli = join(import.meta.dir, "../../../cli/src/main.ts");
  const url = bridge.url.href.replace("http", "ws");
  let shown = "";
  const seen: { text: string; resolve: () => void }[] = [];
  const look = (): void => {
    for (const { text, resolve } of seen) if (shown.includes(text)) resolve();
  };
  const see = (text: string): Promise<void> =>
    new Promise((resolve) => {
      seen.push({ text, resolve });
      look();
    });
  await using chat = Bun.spawn([process.execPath, cli, "bridge", "chat", "--id", "ada"], {
    env: { ...process.env, HOME: user.home, AI_BRIDGE_URL: url },
    terminal: {
      cols: 80,
      rows: 24,
      data: (_terminal, data) => {
        shown += new TextDecoder().decode(data);
        look();
      },
    },
  });
  await see("connected to");
  chat.terminal?.write("@grok Hello\r");
  expect(await grok.next()).toMatchObject(["env", { from: "ada", payload: { text: "Hello" } }]);
  await see("-- grok has it");
  grok.send({ type: "envelope", envelope: { to: "ada", payload: { text: "Hello yourself" } } });
  await see("grok (to you): Hello yourself");
  chat.terminal?.write("\x03");
  expect(await chat.exited).toBe(0);
});
