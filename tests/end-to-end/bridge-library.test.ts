import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { packLibraries } from "../../tools/pack-library.ts";
import { type Running, start } from "./bw.ts";
import { type Scratch, scratch } from "./scratch.ts";

const root = join(import.meta.dir, "../..");
const name = "@breakwater/bridge-client";

/** A user's folder with the library in its node_modules, and nothing else. */
let user: Scratch;
let bridge: Running;
let url: string;

beforeAll(async () => {
  const flags = ["--host", "127.0.0.1", "--port", "0", "--metrics-port", "off", "--data", "off"];
  bridge = start(["bridge", ...flags]);
  user = scratch();
  const [tarball] = await packLibraries(root, ["io/bridge-client"], user.path);
  const home = user.at(`node_modules/${name}`);
  mkdirSync(home, { recursive: true });
  await run(["tar", "xzf", tarball!, "-C", home, "--strip-components", "1"]);
  user.write("package.json", '{ "type": "module" }\n');
  user.write("talk.js", script);
  const said = await bridge.until("stderr", /Listening on \S+\/;/);
  url = /http(\S+)\/;/.exec(said)![1]!;
});

afterAll(async () => {
  bridge.kill("SIGTERM");
  await bridge.ended;
  user[Symbol.dispose]();
});

/** A request and its reply, a message that waits, one that is taken, and a mistake. */
const script = `
import { BridgeClientError, connectBridge } from "${name}";

const [url, who] = process.argv.slice(2);
const ada = connectBridge({ url, clientId: "ada-" + who });
const bob = connectBridge({ url, clientId: "bob-" + who });
bob.onMessage(({ payload, reply }) => reply({ is: payload.a + payload.b }), { intent: "sum" });
await bob.ready();
const answer = await ada.request(bob.id, { a: 2, b: 2 }, { intent: "sum", timeoutMs: 10_000 });
const waits = await ada.send("nobody-" + who, "later");
const sent = ada.send(bob.id, "now");
const taken = await bob.receive({ timeoutMs: 10_000 });
taken.ack();
const { status } = await sent;
await Promise.all([ada.close(), bob.close()]);
const mistake = await ada.send(bob.id, "too late").catch((error) => error);
console.log(JSON.stringify([
  answer.payload,
  waits.status,
  [taken.from, taken.payload, status],
  [ada.state, bob.state],
  mistake instanceof BridgeClientError && mistake.code,
]));
`;

const node = Bun.which("node");

// Which has its WebSocket behind a flag in version 20, and takes the flag later, too.
test.skipIf(node === null)("node, where it is installed, talks to a bridge by it", () =>
  talks("node", [node!, "--experimental-websocket"]),
);
test("bun talks to a bridge by it", () => talks("bun", [process.execPath, "run"]));

async function talks(who: string, command: readonly string[]): Promise<void> {
  const output = await run([...command, "talk.js", `ws${url}`, who]);
  expect(JSON.parse(output)).toEqual([
    { is: 4 },
    "queued",
    [`ada-${who}`, "now", "delivered"],
    ["closed", "closed"],
    "closed",
  ]);
}

async function run(command: readonly string[]): Promise<string> {
  const child = Bun.spawn([...command], { cwd: user.path, stderr: "pipe" });
  const [stdout, stderr] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  expect([await child.exited, stderr]).toEqual([0, ""]);
  return stdout;
}
