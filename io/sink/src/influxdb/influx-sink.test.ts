import { describe, expect, test } from "bun:test";
import { createSocket } from "node:dgram";
import { daemon, isInstalled } from "../testing/daemon.ts";
import { fastClock } from "../testing/fast-clock.ts";
import { receiver } from "../testing/receiver.ts";
import { duration, requests, tagged } from "../testing/samples.ts";
import { seenIo } from "../testing/sink-io.ts";
import { parseInfluxOutput } from "./influx-output.ts";
import { InfluxSink } from "./influx-sink.ts";
import { toDatagrams } from "./udp-sender.ts";

const text = (body: Uint8Array | undefined) => new TextDecoder().decode(body);

function open(argument: string, env: Record<string, string> = {}, processes = 1) {
  const io = { ...seenIo(fastClock()), processes };
  return { io, sink: new InfluxSink(parseInfluxOutput(argument, { env }), io) };
}

const timeMs = 1;

test("the database is made, and samples are written to it with what was set", async () => {
  using server = receiver();
  const url = `${server.url.replace("://", "://me:secret@")}/my%22db?retention=week&consistency=one`;
  const { sink, io } = open(url);
  sink.add(requests, 1, tagged({ status: "200" }), timeMs);
  sink.add(duration, 2.5, tagged({ status: "200" }), timeMs);
  await sink.close();
  const [create, write] = server.received;
  expect(create?.path).toBe("/query");
  expect(new URLSearchParams(text(create?.body)).get("q")).toBe('CREATE DATABASE "my\\"db"');
  expect(write?.path).toBe("/write?db=my%22db&precision=n&rp=week&consistency=one");
  expect(write?.headers.get("authorization")).toBe(`Basic ${btoa("me:secret")}`);
  expect(text(write?.body)).toBe(
    "http_reqs,status=200 value=1 1767225600001000001\n" +
      "http_req_duration,status=200 value=2.5 1767225600001000002\n",
  );
  expect(io.troubles).toEqual([]);
});

test("samples are pushed at the interval, and the database is asked for once", async () => {
  using server = receiver();
  const { sink, io } = open(`${server.url}/k6`);
  for (const round of [1, 2]) {
    sink.add(requests, round, tagged({}), timeMs);
    await new Promise<void>((resolve) => void io.clock.at(io.clock.nowMs() + 1000, resolve));
    sink.flush();
    await server.has(1 + round);
  }
  await sink.close();
  expect(server.received.map(({ path }) => path.split("?")[0])).toEqual([
    "/query",
    "/write",
    "/write",
  ]);
});

test("much is written at once in parts, some of them side by side", async () => {
  using server = receiver();
  server.answers.push(204, "never", "never");
  const { sink, io } = open(`${server.url}/k6`, { K6_INFLUXDB_CONCURRENT_WRITES: "4" }, 2);
  const url = "x".repeat(500);
  for (let index = 0; index < 10_000; index += 1) sink.add(requests, 1, tagged({ url }), index);
  const seen = await server.has(3);
  // Two of the run's four writes are this process's, and both are under way.
  expect(seen.map(({ path }) => path.split("?")[0])).toEqual(["/query", "/write", "/write"]);
  await sink.close();
  const lines = server.received.slice(3).map(({ body }) => text(body).split("\n").length - 1);
  expect(lines.reduce((sum, count) => sum + count, 0)).toBe(10_000);
  expect(io.troubles).toEqual([]);
});

describe("when the database fails", () => {
  test("a passing failure is tried again until it is well, and nothing is said", async () => {
    using server = receiver();
    server.answers.push(204, 503, 503, 429);
    server.answers.splice(2, 0, 204); // the database is asked for anew
    server.answers.splice(4, 0, 204);
    const { sink, io } = open(`${server.url}/k6`);
    sink.add(requests, 1, tagged({}), timeMs);
    await sink.close();
    expect(text(server.received.at(-1)?.body)).toStartWith("http_reqs value=1 ");
    expect(server.received.filter(({ path }) => path.startsWith("/write"))).toHaveLength(4);
    expect(io.troubles).toEqual([]);
  });

  test("what it refuses is not sent again, and told once with all that was lost", async () => {
    using server = receiver();
    server.usual = 400;
    const { sink, io } = open(`${server.url}/k6`);
    for (let round = 0; round < 2; round += 1) {
      const url = "x".repeat(600);
      for (let index = 0; index < 2000; index += 1) sink.add(requests, 1, tagged({ url }), index);
    }
    await sink.close();
    expect(server.received.filter(({ path }) => path.startsWith("/write"))).toHaveLength(3);
    expect(io.troubles).toEqual([
      `Cannot send samples to ${server.url}: it answered 400: says 400; the run goes on without`,
      `4000 samples in all did not get to ${server.url}`,
    ]);
  });

  test("with nobody there the samples are given up after some tries", async () => {
    const gone = receiver();
    gone[Symbol.dispose]();
    const { sink, io } = open(`${gone.url}/k6`);
    sink.add(requests, 1, tagged({}), timeMs);
    await sink.close();
    expect(io.troubles).toEqual([
      expect.stringContaining(`Cannot send samples to ${gone.url}: `),
      `1 samples in all did not get to ${gone.url}`,
    ]);
  });

  test("one that never answers holds neither the memory nor the end", async () => {
    using server = receiver();
    server.usual = "never";
    const { sink, io } = open(`${server.url}/k6`);
    const url = "x".repeat(10_000);
    for (let index = 0; index < 5000; index += 1) sink.add(requests, 1, tagged({ url }), index);
    expect(io.troubles).toEqual([
      `Cannot send all samples to ${server.url}: it is too slow for what this run measures; the rest is dropped`,
    ]);
    await sink.close();
    expect(io.troubles.at(-1)).toMatch(/^\d+ samples in all did not get to /);
    expect(Number(io.troubles.at(-1)?.split(" ")[0])).toBeGreaterThan(1500);
  });
});

test("udp takes whole lines in datagrams", async () => {
  const socket = createSocket("udp4");
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  const arrived: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.on("message", (message) => {
    arrived.push(String(message));
    if (arrived.length === 2) resolve();
  });
  const { sink } = open(`udp://127.0.0.1:${socket.address().port}?payload_size=50`);
  sink.add(requests, 1, tagged({}), timeMs);
  sink.add(requests, 2, tagged({}), timeMs);
  await sink.close();
  await promise;
  socket.close();
  expect(arrived.map((line) => line.split(" ")[1])).toEqual(["value=1", "value=2"]);
});

test("a datagram has as many lines as fit, and at least one", () => {
  expect(toDatagrams("aé\nbb\ncccccccc\nd\n", 8)).toEqual(["aé\nbb\n", "cccccccc\n", "d\n"]);
});

const config = (folder: string) => `reporting-disabled = true
bind-address = "127.0.0.1:0"
[meta]
dir = "${folder}/meta"
[data]
dir = "${folder}/data"
wal-dir = "${folder}/wal"
[http]
bind-address = "127.0.0.1:0"
[monitor]
store-enabled = false
`;

test.skipIf(!isInstalled("influxd"))("InfluxDB keeps every sample", async () => {
  await using influx = await daemon("influxd", {
    config,
    args: (folder) => ["-config", `${folder}/config`],
    listening: /Listening on HTTP.*127\.0\.0\.1:(\d+)/,
  });
  const server = `http://127.0.0.1:${influx.port}`;
  const { sink, io } = open(`${server}/load?tagsAsFields=url&tagsAsFields=size:int`);
  const tags = tagged({ url: 'http://a/ "b"', size: "3", scenario: "a,b=c d", check: "x\\" });
  for (let index = 0; index < 5000; index += 1)
    sink.add(duration, index, tags, Math.floor(index / 500));
  await sink.close();
  expect(io.troubles).toEqual([]);
  const ask = async (query: string) => {
    const answer = await fetch(
      `http://127.0.0.1:${influx.port}/query?db=load&q=${encodeURI(query)}`,
    );
    const { results } = (await answer.json()) as {
      results: { series: { columns: string[]; values: unknown[][] }[] }[];
    };
    const { columns, values } = results[0]!.series[0]!;
    return Object.fromEntries(columns.map((name, index) => [name, values[0]![index]]));
  };
  expect(await ask("SELECT count(value), max(value) FROM http_req_duration")).toMatchObject({
    count: 5000,
    max: 4999,
  });
  expect(await ask("SELECT * FROM http_req_duration LIMIT 1")).toMatchObject({
    url: 'http://a/ "b"',
    size: 3,
    scenario: "a,b=c d",
    check: "x",
  });
});
