import type { Outcome } from "../push/outcome.ts";
import { type PostTarget, post } from "../push/post.ts";
import type { SeriesReceiver } from "../series/series-sink.ts";
import type { SinkIo } from "../sink.ts";
import type { Exported, OtlpExport } from "./grpc-export.ts";
import { decodeExportResponse, encodeExport } from "./otlp-messages.ts";
import type { OtlpOutput } from "./otlp-output.ts";
import { toAttribute, toMetrics } from "./to-metrics.ts";

const TIMEOUT_MS = 10_000;

/**
 * OTLP metrics (https://opentelemetry.io/docs/specs/otlp/) over gRPC, or HTTP with protobuf. Every
 * push has all series, with their values since the start.
 */
export async function otlpReceiver(output: OtlpOutput, io: SinkIo): Promise<SeriesReceiver> {
  const { clock, originMs, onTrouble } = io;
  const startMs = originMs + clock.nowMs();
  const exporter =
    output.protocol === "grpc"
      ? (await import("./grpc-export.ts")).grpcExport(output, TIMEOUT_MS)
      : httpExport(output, io);
  const attributes = Object.entries(output.resource).map(([key, value]) => toAttribute(key, value));
  let hasToldPartial = false;
  const tellPartial = (told: string): void => {
    if (!hasToldPartial) onTrouble(`Cannot send all values to ${output.endpoint}: ${told}`);
    hasToldPartial = true;
  };
  return {
    where: output.endpoint,
    intervalMs: output.exportIntervalMs,
    sends: "all",
    send: async (series, signal) => {
      const nowMs = originMs + clock.nowMs();
      const metrics = toMetrics(series, { metricPrefix: output.metricPrefix, startMs, nowMs });
      const scopeMetrics = [{ scope: { name: "k6" }, metrics }];
      const resourceMetrics = [{ resource: { attributes }, scopeMetrics }];
      const { outcome, response } = await exporter.send(encodeExport({ resourceMetrics }), signal);
      const partial = response === undefined ? undefined : partialFailure(response);
      if (partial !== undefined) tellPartial(partial);
      return outcome;
    },
    close: exporter.close,
  };
}

function httpExport(output: OtlpOutput, { clock }: SinkIo): OtlpExport {
  const target: PostTarget = {
    url: output.endpoint,
    headers: { ...output.headers, "Content-Type": "application/x-protobuf" },
    timeoutMs: TIMEOUT_MS,
    tls: output.tls,
  };
  return {
    send: async (message, signal): Promise<Exported> => {
      let response: Uint8Array | undefined;
      const onTaken = (bytes: Uint8Array): void => {
        response = bytes;
      };
      const body = new Uint8Array(message);
      const outcome: Outcome = await post(target, body, { clock, signal, onTaken });
      return { outcome, response };
    },
    close: () => {},
  };
}

/** What a receiver that took a request says that it did not take of it. */
function partialFailure(response: Uint8Array): string | undefined {
  try {
    const { partialSuccess } = decodeExportResponse(response);
    const rejected = Number(partialSuccess?.rejectedDataPoints ?? 0);
    if (rejected === 0) return undefined;
    return `it refused ${rejected} of them: ${partialSuccess?.errorMessage ?? ""}`;
  } catch {
    return undefined; // Not protobuf: some answer 200 with a text.
  }
}
