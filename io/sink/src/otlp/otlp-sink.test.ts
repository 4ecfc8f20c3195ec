import { describe, expect, test } from "bun:test";
import { parse } from "protobufjs";
import { SeriesFold } from "../series/series-fold.ts";
import { CumulativeSink } from "../series/series-sink.ts";
import { fastClock } from "../testing/fast-clock.ts";
import { grpcCollector } from "../testing/grpc-collector.ts";
import { otlpProto } from "../testing/otlp-proto.ts";
import { receiver } from "../testing/receiver.ts";
import { checks, duration, metricOf, requests, tagged, vus } from "../testing/samples.ts";
import { originMs, seenIo } from "../testing/sink-io.ts";
import { parseOtlpOutput } from "./otlp-output.ts";
import { otlpReceiver } from "./otlp-receiver.ts";

const proto = parse(otlpProto).root;

async function open(settings: Record<string, string>) {
  const io = seenIo(fastClock());
  const entries = Object.entries(settings).map(([name, value]) => [`K6_OTEL_${name}`, value]);
  const output = parseOtlpOutput({ env: Object.fromEntries(entries) });
  const sink = new CumulativeSink(await otlpReceiver(output, io), io);
  return { io, sink, fold: new SeriesFold({ originMs }) };
}

const overHttp = (url: string, settings: Record<string, string> = {}) =>
  open({
    EXPORTER_PROTOCOL: "http/protobuf",
    HTTP_EXPORTER_INSECURE: "true",
    HTTP_EXPORTER_ENDPOINT: new URL(url).host,
    ...settings,
  });

const overGrpc = (endpoint: string, settings: Record<string, string> = {}) =>
  open({ GRPC_EXPORTER_INSECURE: "true", GRPC_EXPORTER_ENDPOINT: endpoint, ...settings });

interface Point {
  readonly attributes: { key: string; value: { stringValue: string } }[];
  readonly startTimeUnixNano: string;
  readonly timeUnixNano: string;
}

interface Decoded {
  readonly resource: Record<string, string>;
  readonly scope: string;
  /** With attributes as `key=value,…`. */
  readonly metrics: Record<string, Record<string, unknown>>;
}

function decode(body: Uint8Array | undefined): Decoded {
  const type = proto.lookupType("ExportMetricsServiceRequest");
  const message = type.toObject(type.decode(body!), { longs: String, enums: String });
  const [{ resource, scopeMetrics }] = message.resourceMetrics;
  const toText = (attributes: Point["attributes"] = []) =>
    attributes.map(({ key, value }) => `${key}=${value.stringValue}`).join(",");
  const readable = (data: { dataPoints: Point[] }) => ({
    ...data,
    dataPoints: data.dataPoints.map(({ attributes, startTimeUnixNano, timeUnixNano, ...rest }) => {
      expect(BigInt(timeUnixNano)).toBeGreaterThanOrEqual(BigInt(startTimeUnixNano));
      expect(BigInt(startTimeUnixNano) / 1_000_000n).toBeGreaterThanOrEqual(BigInt(originMs));
      return { attributes: toText(attributes), ...rest };
    }),
  });
  const [{ scope, metrics }] = scopeMetrics;
  const shown = metrics.map(({ name, unit, ...data }: Record<string, never>) => {
    const [kind, value] = Object.entries(data)[0] as [string, { dataPoints: Point[] }];
    return [name, { unit, [kind]: readable(value) }];
  });
  const pairs = resource.attributes.map(({ key, value }: Point["attributes"][number]) => [
    key,
    value.stringValue,
  ]);
  return {
    resource: Object.fromEntries(pairs),
    scope: scope.name,
    metrics: Object.fromEntries(shown),
  };
}

function measure(fold: SeriesFold): void {
  const tags = tagged({ status: "200", empty: "" });
  for (const value of [0, 5, 5.1, 20_000]) {
    fold.add(requests, 1, tags, 1);
    fold.add(duration, value, tags, 1);
    fold.add(checks, value, tags, 1);
  }
  fold.add(vus, 7, tagged({}), 1);
  fold.add(metricOf("data_sent", "counter", "data"), 1.5, tagged({}), 1);
}

const totals = { aggregationTemporality: "AGGREGATION_TEMPORALITY_CUMULATIVE", isMonotonic: true };

/** What k6's metrics are to OpenTelemetry (load.md 1.9). */
const measured = {
  "k6.http_reqs": {
    unit: "",
    sum: { dataPoints: [{ attributes: "status=200", asDouble: 4 }], ...totals },
  },
  "k6.http_req_duration": {
    unit: "ms",
    histogram: {
      dataPoints: [
        {
          attributes: "status=200",
          count: "4",
          sum: 20_010.1,
          min: 0,
          max: 20_000,
          // Up to 0, up to 5, up to 10, …, above 10,000.
          bucketCounts: [..."1110000000000001"],
          explicitBounds: [
            0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10_000,
          ],
        },
      ],
      aggregationTemporality: totals.aggregationTemporality,
    },
  },
  "k6.checks.total": {
    unit: "",
    sum: {
      dataPoints: [
        { attributes: "status=200,condition=nonzero", asInt: "3" },
        { attributes: "status=200,condition=zero", asInt: "1" },
      ],
      ...totals,
    },
  },
  "k6.vus": { unit: "", gauge: { dataPoints: [{ attributes: "", asDouble: 7 }] } },
  "k6.data_sent": {
    unit: "By",
    sum: { dataPoints: [{ attributes: "", asDouble: 1.5 }], ...totals },
  },
};

test("over HTTP all metrics are sent as OpenTelemetry has them", async () => {
  using server = receiver();
  const { sink, fold, io } = await overHttp(server.url, {
    METRIC_PREFIX: "k6.",
    SERVICE_NAME: "shop",
    HEADERS: "x-token=a%3Db",
    HTTP_EXPORTER_URL_PATH: "/otlp",
  });
  measure(fold);
  sink.take(fold.drain());
  await sink.close();
  const [request] = server.received;
  expect(request?.path).toBe("/otlp");
  expect(request?.headers.toJSON()).toMatchObject({
    "content-type": "application/x-protobuf",
    "x-token": "a=b",
  });
  expect(decode(request?.body)).toEqual({
    resource: { "service.name": "shop", "service.version": "2.2.0" },
    scope: "k6",
    metrics: measured,
  });
  expect(io.troubles).toEqual([]);
});

test("over gRPC it is the same", async () => {
  using collector = await grpcCollector();
  const settings = { METRIC_PREFIX: "k6.", HEADERS: "X-Token=a" };
  const { sink, fold, io } = await overGrpc(collector.endpoint, settings);
  measure(fold);
  sink.take(fold.drain());
  await sink.close();
  const [request] = collector.received;
  expect(decode(request?.body).metrics).toEqual(measured);
  expect(request?.metadata.get("x-token")).toEqual(["a"]);
  expect(io.troubles).toEqual([]);
});

test("every push has all series, since the start", async () => {
  using server = receiver();
  const { sink, fold } = await overHttp(server.url, { EXPORT_INTERVAL: "1s" });
  fold.add(requests, 1, tagged({}), 1);
  fold.add(vus, 3, tagged({}), 1);
  sink.take(fold.drain());
  await server.has(1);
  fold.add(requests, 1, tagged({}), 1);
  sink.take(fold.drain());
  await sink.close();
  expect(decode(server.received.at(-1)?.body).metrics).toMatchObject({
    http_reqs: { sum: { dataPoints: [{ asDouble: 2 }] } },
    vus: { gauge: { dataPoints: [{ asDouble: 3 }] } },
  });
});

describe("when the collector fails", () => {
  test("over gRPC what may pass is tried again", async () => {
    using collector = await grpcCollector(["UNAVAILABLE", "RESOURCE_EXHAUSTED"]);
    const { sink, fold, io } = await overGrpc(collector.endpoint);
    measure(fold);
    sink.take(fold.drain());
    await sink.close();
    expect(collector.received).toHaveLength(3);
    expect(io.troubles).toEqual([]);
  });

  test("over gRPC what is refused is told", async () => {
    using collector = await grpcCollector(["UNAUTHENTICATED"]);
    const { sink, fold, io } = await overGrpc(collector.endpoint);
    measure(fold);
    sink.take(fold.drain());
    await sink.close();
    expect(collector.received).toHaveLength(1);
    expect(io.troubles).toEqual([
      `Cannot send values to ${collector.endpoint}: it answered UNAUTHENTICATED: as told; the run goes on without`,
      `5 values in all did not get to ${collector.endpoint}`,
    ]);
  });

  test("over gRPC with nobody there the end comes all the same", async () => {
    const gone = await grpcCollector();
    gone[Symbol.dispose]();
    const { sink, fold, io } = await overGrpc(gone.endpoint);
    measure(fold);
    sink.take(fold.drain());
    await sink.close();
    expect(io.troubles[0]).toContain(`Cannot send values to ${gone.endpoint}: `);
  });

  test("what it takes only in part is told once", async () => {
    const type = proto.lookupType("ExportMetricsServiceResponse");
    const partialSuccess = { rejectedDataPoints: 2, errorMessage: "too old" };
    const response = type.encode(type.fromObject({ partialSuccess })).finish();
    using collector = await grpcCollector([], response);
    const { sink, fold, io } = await overGrpc(collector.endpoint);
    measure(fold);
    sink.take(fold.drain());
    await sink.close();
    expect(io.troubles).toEqual([
      `Cannot send all values to ${collector.endpoint}: it refused 2 of them: too old`,
    ]);
  });
});
