import { describe, expect, test } from "bun:test";
import { parse } from "protobufjs";
import { uncompress } from "snappyjs";
import { SeriesFold } from "../series/series-fold.ts";
import { CumulativeSink } from "../series/series-sink.ts";
import { type Daemon, daemon, isInstalled } from "../testing/daemon.ts";
import { fastClock } from "../testing/fast-clock.ts";
import { type Received, receiver } from "../testing/receiver.ts";
import { remoteWriteProto } from "../testing/remote-write-proto.ts";
import { checks, duration, metricOf, requests, tagged, vus } from "../testing/samples.ts";
import { originMs, seenIo } from "../testing/sink-io.ts";
import { parsePrometheusOutput } from "./prometheus-output.ts";
import { prometheusReceiver } from "./prometheus-receiver.ts";

function open(url: string, settings: Record<string, string> = {}) {
  const io = seenIo(fastClock());
  const entries = Object.entries(settings).map(([name, value]) => [
    `K6_PROMETHEUS_RW_${name}`,
    value,
  ]);
  const env = { ...Object.fromEntries(entries), K6_PROMETHEUS_RW_SERVER_URL: url };
  const output = parsePrometheusOutput("", { env }, { asNativeHistogram: false });
  const sink = new CumulativeSink(prometheusReceiver(output, io), io);
  return { io, sink, fold: new SeriesFold({ originMs }) };
}

const WriteRequest = parse(remoteWriteProto).root.lookupType("WriteRequest");

interface Decoded {
  readonly labels: { name: string; value: string }[];
  readonly samples: { value: number; timestamp: number }[];
  readonly histograms: Record<string, unknown>[];
}

function decode({ body }: Received): readonly Decoded[] {
  const message = WriteRequest.decode(uncompress(body));
  return WriteRequest.toObject(message, { longs: Number, arrays: true }).timeseries;
}

/** `name{label=value,…}` → value. */
function toValues(series: readonly Decoded[]): Record<string, number | undefined> {
  const entries = series.map(({ labels, samples }) => {
    return [labels.map(({ name, value }) => `${name}=${value}`).join(","), samples[0]?.value];
  });
  return Object.fromEntries(entries);
}

const tags = tagged({ status: "200", Zone: "a", empty: "" });

test("each type has k6's name and value, labels stand by name, times are seconds", async () => {
  using server = receiver();
  const { sink, fold } = open(server.url, { TREND_STATS: "avg,min,med,max,p(99.9),count,sum" });
  for (const value of [100, 200, 300]) {
    fold.add(requests, 1, tags, 500);
    fold.add(duration, value, tags, 500);
    fold.add(checks, value - 100, tags, 500.9);
  }
  fold.add(vus, 7, tagged({}), 500);
  fold.add(metricOf("size", "trend", "data"), 5, tagged({}), 500);
  sink.take(fold.drain());
  await sink.close();
  expect(server.received).toHaveLength(1);
  const [request] = server.received;
  expect(request?.headers.toJSON()).toMatchObject({
    "content-type": "application/x-protobuf",
    "content-encoding": "snappy",
    "x-prometheus-remote-write-version": "0.1.0",
    "user-agent": "k6-prometheus-rw-output",
  });
  const series = decode(request!);
  const of = (name: string) => `Zone=a,__name__=k6_${name},status=200`;
  expect(toValues(series)).toMatchObject({
    [of("http_reqs_total")]: 3,
    [of("http_req_duration_avg")]: 0.2,
    [of("http_req_duration_min")]: 0.1,
    [of("http_req_duration_max")]: 0.3,
    [of("http_req_duration_count")]: 3,
    [of("http_req_duration_sum")]: 0.6,
    [of("http_req_duration_med")]: expect.closeTo(0.2, 3),
    [of("http_req_duration_p999")]: expect.closeTo(0.3, 3),
    [of("checks_rate")]: expect.closeTo(2 / 3, 10),
    "__name__=k6_vus": 7,
    "__name__=k6_size_sum": 5,
  });
  expect(series[0]?.samples[0]?.timestamp).toBe(originMs + 500);
});

test("values are since the start, only what changed is sent, no time twice", async () => {
  using server = receiver();
  const { sink, fold } = open(server.url, { PUSH_INTERVAL: "1s" });
  fold.add(requests, 1, tags, 500);
  fold.add(vus, 1, tags, 500);
  sink.take(fold.drain());
  await server.has(1);
  fold.add(requests, 2, tags, 500.5);
  sink.take(fold.drain());
  await server.has(2);
  await sink.close();
  const second = decode(server.received[1]!);
  expect(toValues(second)).toEqual({ "Zone=a,__name__=k6_http_reqs_total,status=200": 3 });
  expect(second[0]?.samples[0]?.timestamp).toBe(originMs + 501);
  expect(server.received).toHaveLength(2);
});

test("who may write is said in the way that was set", async () => {
  using server = receiver();
  const aws = { SIGV4_REGION: "eu", SIGV4_ACCESS_KEY: "key", SIGV4_SECRET_KEY: "secret" };
  for (const settings of [
    { USERNAME: "me", PASSWORD: "secret", HTTP_HEADERS: "X-Scope-OrgID:7" },
    { BEARER_TOKEN: "token" },
    aws,
  ]) {
    const { sink, fold } = open(`${server.url}/write?a=1`, settings);
    fold.add(requests, 1, tags, 1);
    sink.take(fold.drain());
    await sink.close();
  }
  const told = server.received.map(({ headers }) => headers.get("authorization"));
  expect(told).toEqual([
    `Basic ${btoa("me:secret")}`,
    "Bearer token",
    expect.stringMatching(/^AWS4-HMAC-SHA256 Credential=key\/\d{8}\/eu\/aps\/aws4_request, /),
  ]);
  expect(server.received[0]?.headers.get("x-scope-orgid")).toBe("7");
});

test("many series go in several requests", async () => {
  using server = receiver();
  const { sink, fold } = open(server.url);
  for (let index = 0; index < 4500; index += 1) {
    fold.add(requests, 1, tagged({ url: String(index) }), 1);
  }
  sink.take(fold.drain());
  await sink.close();
  expect(server.received.map((request) => decode(request).length)).toEqual([2000, 2000, 500]);
});

describe("when the receiver fails", () => {
  test("a push that does not get through costs no sample", async () => {
    using server = receiver();
    server.answers.push(500, 503, 429, 500);
    const { sink, fold, io } = open(server.url, { PUSH_INTERVAL: "1s" });
    fold.add(requests, 1, tags, 1);
    sink.take(fold.drain());
    await server.has(4);
    fold.add(vus, 1, tags, 2);
    sink.take(fold.drain());
    await sink.close();
    const values = Object.assign({}, ...server.received.slice(4).map(decode).map(toValues));
    expect(Object.values(values)).toEqual([1, 1]);
    expect(io.troubles.slice(0, 1)).toEqual([
      `Cannot send values to ${server.url}/: it answered 500: says 500; the run goes on without`,
    ]);
  });

  test("what is refused is told, and not sent again", async () => {
    using server = receiver();
    server.answers.push(400);
    const { sink, fold, io } = open(server.url, { PUSH_INTERVAL: "1s" });
    fold.add(requests, 1, tags, 1);
    sink.take(fold.drain());
    await server.has(1);
    await sink.close();
    expect(server.received).toHaveLength(1);
    expect(io.troubles).toEqual([
      `Cannot send values to ${server.url}/: it answered 400: says 400; the run goes on without`,
      `1 values in all did not get to ${server.url}/`,
    ]);
  });

  test.each(["never answers", "is not there"])("one that %s does not hold the end", async (how) => {
    using server = receiver();
    server.usual = "never";
    if (how === "is not there") server[Symbol.dispose]();
    const { sink, fold, io } = open(server.url);
    fold.add(requests, 1, tags, 1);
    sink.take(fold.drain());
    await sink.close();
    expect(io.troubles[0]).toStartWith(`Cannot send values to ${server.url}/: `);
    expect(io.troubles.at(-1)).toEndWith(`values in all did not get to ${server.url}/`);
  });
});

const startPrometheus = (): Promise<Daemon> =>
  daemon("prometheus", {
    config: () => "global: {}\n",
    args: (folder) => [
      `--config.file=${folder}/config`,
      `--storage.tsdb.path=${folder}/data`,
      "--web.listen-address=127.0.0.1:0",
      "--web.enable-remote-write-receiver",
      "--enable-feature=native-histograms",
    ],
    listening: /msg="Listening on" address=127\.0\.0\.1:(\d+)/,
  });

/** Prometheus takes no sample from far away in time. */
function openNow(url: string, settings: Record<string, string> = {}) {
  const io = { ...seenIo(fastClock()) };
  const env = { K6_PROMETHEUS_RW_SERVER_URL: url, ...settings };
  const output = parsePrometheusOutput("", { env }, { asNativeHistogram: false });
  const now = { ...io, originMs: Date.now() - io.clock.nowMs() };
  const sink = new CumulativeSink(prometheusReceiver(output, now), now);
  return { io, sink, fold: new SeriesFold({ originMs: Date.now() }) };
}

interface Answer {
  readonly metric: Record<string, string>;
  readonly value: readonly [time: number, text: string];
}

/** Some seconds from now: the fast clock is ahead. */
async function ask({ port }: Daemon, query: string): Promise<readonly Answer[]> {
  const time = String(Math.floor(Date.now() / 1000) + 60);
  const parameters = new URLSearchParams({ query, time });
  const answer = await fetch(`http://127.0.0.1:${port}/api/v1/query?${parameters}`);
  const { data } = (await answer.json()) as { data: { result: Answer[] } };
  return data.result;
}

describe.skipIf(!isInstalled("prometheus"))("Prometheus itself", () => {
  test("has the values, and forgets series with a stale marker", async () => {
    await using prometheus = await startPrometheus();
    const url = `http://127.0.0.1:${prometheus.port}/api/v1/write`;
    const { sink, fold, io } = openNow(url);
    for (let value = 1; value <= 100; value += 1) {
      fold.add(requests, 1, tags, 0);
      fold.add(duration, value, tags, 0);
    }
    sink.take(fold.drain());
    await sink.close();
    expect(io.troubles).toEqual([]);
    const labels = { status: "200", Zone: "a" };
    const told = await ask(prometheus, '{__name__=~"k6_.*"}');
    expect(told.map(({ metric, value }) => [metric, Number(value[1])])).toEqual([
      [{ __name__: "k6_http_req_duration_p99", ...labels }, expect.closeTo(0.099, 3)],
      [{ __name__: "k6_http_reqs_total", ...labels }, 100],
    ]);
    const last = openNow(url, { K6_PROMETHEUS_RW_STALE_MARKERS: "true" });
    last.fold.add(requests, 1, tags, 10);
    last.sink.take(last.fold.drain());
    await last.sink.close();
    expect(last.io.troubles).toEqual([]);
    expect(await ask(prometheus, "k6_http_reqs_total")).toEqual([]);
    expect(await ask(prometheus, "k6_http_req_duration_p99")).toHaveLength(1);
  });

  test("takes trends as native histograms", async () => {
    await using prometheus = await startPrometheus();
    const url = `http://127.0.0.1:${prometheus.port}/api/v1/write`;
    const native = { K6_PROMETHEUS_RW_TREND_AS_NATIVE_HISTOGRAM: "true" };
    const { sink, fold, io } = openNow(url, native);
    for (let value = -10; value <= 100; value += 1) fold.add(duration, value, tags, 0);
    sink.take(fold.drain());
    await sink.close();
    expect(io.troubles).toEqual([]);
    const name = "k6_http_req_duration_seconds";
    const values = await Promise.all(
      ["count", "sum", "quantile"].map(async (what) => {
        const argument = what === "quantile" ? `0.5, ${name}` : name;
        const [result] = await ask(prometheus, `histogram_${what}(${argument})`);
        return Number(result?.value[1]);
      }),
    );
    expect(values).toEqual([111, expect.closeTo(4.995, 6), expect.closeTo(0.045, 2)]);
  });
});
