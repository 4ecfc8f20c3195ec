import { compress } from "snappyjs";
import { type PostTarget, post } from "../push/post.ts";
import type { SeriesReceiver } from "../series/series-sink.ts";
import type { StandingSeries } from "../series/series-table.ts";
import type { SinkIo } from "../sink.ts";
import { awsSignature } from "./aws-signature.ts";
import type { PrometheusOutput } from "./prometheus-output.ts";
import { encodeMarkers, encodeWriteRequest, type TimeSeries } from "./remote-write-messages.ts";
import { toMarkers, toTimeSeries } from "./to-time-series.ts";

const TIMEOUT_MS = 5000;

/**
 * Prometheus remote write 1.0 (https://prometheus.io/docs/specs/prw/remote_write_spec/): protobuf in
 * a Snappy block. A series is sent when it changed, at the time of its last sample.
 */
export function prometheusReceiver(
  output: PrometheusOutput,
  { clock, originMs }: Pick<SinkIo, "clock" | "originMs">,
): SeriesReceiver {
  const target: PostTarget = {
    url: output.url,
    headers: {
      ...output.headers,
      "User-Agent": "k6-prometheus-rw-output",
      "Content-Encoding": "snappy",
      "Content-Type": "application/x-protobuf",
      "X-Prometheus-Remote-Write-Version": "0.1.0",
    },
    timeoutMs: TIMEOUT_MS,
    tls: output.tls,
  };
  const send = (message: Uint8Array, signal: AbortSignal) => {
    const body = new Uint8Array(compress(message));
    const unixMs = originMs + clock.nowMs();
    const request = { service: "aps", url: output.url, body, unixMs };
    const signed = output.aws === undefined ? {} : awsSignature(output.aws, request);
    const headers = { ...target.headers, ...signed };
    return post({ ...target, headers }, body, { clock, signal });
  };
  const { hasStaleMarkers, pushIntervalMs: intervalMs, url: where } = output;
  return {
    where,
    intervalMs,
    sends: "changed",
    send: (series, signal) => {
      const timeseries = series.flatMap((one) => toTimeSeries(one, output, nextTime(one)));
      return send(encodeWriteRequest({ timeseries }), signal);
    },
    ...(hasStaleMarkers && {
      finish: (series: readonly StandingSeries[], signal: AbortSignal) => {
        const timeseries: TimeSeries[] = series.flatMap((one) => {
          return toMarkers(
            one,
            output,
            Math.max(nextTime(one), Math.floor(originMs + clock.nowMs()) + 1),
          );
        });
        return send(encodeMarkers({ timeseries }), signal);
      },
    }),
    close: () => {},
  };
}

/** A series may not have two values at one time, nor go back in time. */
function nextTime(series: StandingSeries): number {
  const time = Math.max(Math.floor(series.unixMs), series.sentMs + 1);
  series.sentMs = time;
  return time;
}
