import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build, type Subprocess } from "bun";
import { bunAdapters, nodeAdapters } from "./testing/adapters.ts";
import { SceneClient } from "./testing/scene-client.ts";
import { type Stage, startStage } from "./testing/stage.ts";

describe("on Bun", () => {
  const stage = startStage(bunAdapters);
  describe.each(Object.keys(bunAdapters))("%s", (adapter) => {
    contract(stage, adapter);
  });
});

const hasNode = Bun.which("node") !== null;

describe.skipIf(!hasNode)("on Node (where node is installed)", () => {
  const { promise: stage, resolve } = Promise.withResolvers<Stage>();
  let stop: (() => Promise<void>) | undefined;
  beforeAll(async () => {
    const node = await startOnNode();
    resolve(node.stage);
    stop = node.stop;
  });
  afterAll(() => stop?.());
  describe.each(Object.keys(nodeAdapters))("%s", (adapter) => {
    contract(stage, adapter);
  });
});

/** What every adapter does, in front of the same handler. */
function contract(stage: Promise<Stage>, adapter: string): void {
  admissionContract(stage, adapter);
  streamContract(stage, adapter);
  quotaContract(stage, adapter);
  keyedContract(stage, adapter);
}

function admissionContract(stage: Promise<Stage>, adapter: string): void {
  test("lets a request in, and tells what came of it", async () => {
    const client = new SceneClient(await stage, { adapter, variant: "plain" });
    for (const status of [200, 404, 500, 503, 504]) {
      const response = await client.get(`/status/${status}`);
      expect([response.status, await response.text()]).toEqual([status, `/status/${status}`]);
      expect(response.headers.get("retry-after")).toBeNull();
      await client.untilIdle();
    }
    const { released } = await client.snapshot();
    expect(released).toEqual({ success: 1, dropped: 2, ignored: 2 });
  });

  test("answers with problem details when there is no slot", async () => {
    const client = new SceneClient(await stage, { adapter, variant: "plain" });
    const { answer } = await client.hold("/wait");
    const refused = await client.get("/status/200");
    expect(refused.status).toBe(503);
    expect(Object.fromEntries(refused.headers)).toMatchObject({
      "cache-control": "no-store",
      "retry-after": "1",
    });
    expect(refused.headers.get("content-type")).toMatch(/^application\/problem\+json/);
    expect(await refused.json()).toEqual({
      type: "about:blank",
      title: "Service Unavailable",
      status: 503,
      detail: "As many requests are being served as can be",
      code: "limit",
    });
    await client.go();
    expect((await answer).status).toBe(200);
    await client.untilIdle();
  });

  test("lets in whom it is told to, whatever is in flight", async () => {
    const client = new SceneClient(await stage, { adapter, variant: "plain" });
    await client.hold("/wait");
    expect((await client.get("/status/204")).status).toBe(204);
    await client.go();
    await client.untilIdle();
  });

  test("has the slot back when the handler throws", async () => {
    const client = new SceneClient(await stage, { adapter, variant: "plain" });
    const { released } = await client.untilIdle();
    expect((await client.get("/throw")).status).toBe(500);
    const after = await client.untilIdle();
    expect(after.released).toEqual({ ...released, ignored: Number(released.ignored) + 1 });
    expect((await client.get("/status/200")).status).toBe(200);
    await client.untilIdle();
  });

  test("has the slot back when the client has gone", async () => {
    const client = new SceneClient(await stage, { adapter, variant: "plain" });
    const { abort } = await client.hold("/wait");
    abort();
    await client.go();
    const { doubleReleases } = await client.untilIdle();
    expect(doubleReleases).toBe(0);
  });

  test("makes one wait, if there is a queue", async () => {
    const client = new SceneClient(await stage, { adapter, variant: "queued" });
    const first = await client.hold("/wait");
    const second = await client.hold("/status/200");
    expect(await client.snapshot()).toMatchObject({ inFlight: 1, queued: 1 });
    await client.go();
    const statuses = [(await first.answer).status, (await second.answer).status];
    expect(statuses).toEqual([200, 200]);
    await client.untilIdle();
  });

  test("takes one out of the queue at once whose client has gone", async () => {
    const client = new SceneClient(await stage, { adapter, variant: "queued" });
    const first = await client.hold("/wait");
    const second = await client.hold("/status/200");
    second.abort();
    const { inFlight, rejected } = await client.until(({ queued }) => queued === 0);
    expect([inFlight, rejected.aborted]).toEqual([1, 1]);
    await client.go();
    expect((await first.answer).status).toBe(200);
    await client.untilIdle();
  });
}

function streamContract(stage: Promise<Stage>, adapter: string): void {
  test("holds the slot until a stream has ended", async () => {
    const client = new SceneClient(await stage, { adapter, variant: "plain" });
    const { released } = await client.untilIdle();
    const reader = (await client.get("/stream")).body?.getReader();
    const first = await reader?.read();
    expect(new TextDecoder().decode(first?.value)).toBe("first");
    expect((await client.get("/status/200")).status).toBe(503);
    await client.go();
    const last = await reader?.read();
    expect(new TextDecoder().decode(last?.value)).toBe("last");
    const after = await client.untilIdle();
    expect(after.released).toEqual({ ...released, success: Number(released.success) + 1 });
  });

  test("has the slot back when the client leaves a stream", async () => {
    const client = new SceneClient(await stage, { adapter, variant: "plain" });
    const { released } = await client.untilIdle();
    const controller = new AbortController();
    const response = await client.get("/stream", { signal: controller.signal });
    await response.body?.getReader().read();
    controller.abort();
    const after = await client.untilIdle();
    expect(after.released).toEqual({ ...released, ignored: Number(released.ignored) + 1 });
    await client.go();
  });

  test("has the slot back at the head of a stream, if it is told so", async () => {
    const client = new SceneClient(await stage, { adapter, variant: "released" });
    const response = await client.get("/stream");
    const reader = response.body?.getReader();
    await reader?.read();
    expect(await client.snapshot()).toMatchObject({ inFlight: 0, released: { success: 1 } });
    await client.go();
    await reader?.read();
    expect((await client.snapshot()).doubleReleases).toBe(0);
  });
}

const codeOf = async (response: Response): Promise<unknown> =>
  ((await response.json()) as { readonly code: unknown }).code;

const from = (client: string) => ({ headers: { "x-client": client } });

function quotaContract(stage: Promise<Stage>, adapter: string): void {
  test("answers 429 to a client above its rate, and to no other", async () => {
    const client = new SceneClient(await stage, { adapter, variant: "rated" });
    const [first, second] = [
      await client.get("/status/200", from("a")),
      await client.get("/status/200", from("a")),
    ];
    expect([first.status, second.status]).toEqual([200, 429]);
    expect(Number(second.headers.get("retry-after"))).toBeWithin(3600, 4501);
    expect(await second.json()).toMatchObject({ title: "Too Many Requests", code: "rate" });
    const others = [await client.get("/status/200", from("b")), await client.get("/status/200")];
    expect(others.map(({ status }) => status)).toEqual([200, 200]);
    expect((await client.get("/status/204", from("a"))).status).toBe(204);
  });

  test("answers 503 under pressure, but to what is critical", async () => {
    const client = new SceneClient(await stage, { adapter, variant: "pressed" });
    const refused = await client.get("/status/200");
    expect([refused.status, await codeOf(refused)]).toEqual([503, "pressure"]);
    expect((await client.get("/status/204")).status).toBe(204);
  });
}

function keyedContract(stage: Promise<Stage>, adapter: string): void {
  test("answers 429 to a client with its share in flight, and to no other", async () => {
    const client = new SceneClient(await stage, { adapter, variant: "keyed" });
    const waiting = client.get("/wait", from("a"));
    await client.until(({ inFlight }) => inFlight === 1);
    const refused = await client.get("/status/200", from("a"));
    expect([refused.status, await codeOf(refused)]).toEqual([429, "share"]);
    expect((await client.get("/status/200", from("b"))).status).toBe(200);
    await client.go();
    expect((await waiting).status).toBe(200);
    await client.untilIdle();
    expect((await client.get("/status/200", from("a"))).status).toBe(200);
  });
}

async function startOnNode(): Promise<{ stage: Stage; stop: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "admission-http-"));
  const entrypoints = [join(import.meta.dir, "testing/node-program.ts")];
  const { outputs } = await build({ entrypoints, target: "node" });
  const path = join(folder, "program.mjs");
  await Bun.write(path, (await outputs[0]?.text()) ?? "");
  const child = Bun.spawn(["node", path], { stdin: "pipe", stdout: "pipe", stderr: "inherit" });
  const stop = async () => {
    child.kill();
    await child.exited;
    await rm(folder, { recursive: true });
  };
  return { stage: JSON.parse(await firstLine(child)), stop };
}

async function firstLine({ stdout }: Subprocess<"pipe", "pipe", "inherit">): Promise<string> {
  let text = "";
  for await (const part of stdout.pipeThrough(new TextDecoderStream())) {
    text += part;
    if (text.includes("\n")) break;
  }
  return text;
}
