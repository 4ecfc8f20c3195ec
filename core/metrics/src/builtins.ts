import type { MetricContents, MetricType } from "./metric.ts";
import type { Registry } from "./registry.ts";
import type { Metric } from "./series.ts";

/** The metrics that are there without being asked for, as handles for those who measure. */
export type BuiltinMetrics = Readonly<Record<BuiltinName, Metric>>;

export type BuiltinName =
  | "vus"
  | "vus_max"
  | "iterations"
  | "iteration_duration"
  | "dropped_iterations"
  | "checks"
  | "group_duration"
  | "http_reqs"
  | "http_req_failed"
  | "http_req_duration"
  | "http_req_blocked"
  | "http_req_looking_up"
  | "http_req_connecting"
  | "http_req_tls_handshaking"
  | "http_req_sending"
  | "http_req_waiting"
  | "http_req_receiving"
  | "ws_sessions"
  | "ws_msgs_sent"
  | "ws_msgs_received"
  | "ws_ping"
  | "ws_session_duration"
  | "ws_connecting"
  | "grpc_req_duration"
  | "grpc_streams"
  | "grpc_streams_msgs_sent"
  | "grpc_streams_msgs_received"
  | "data_sent"
  | "data_received"
  | "http_req_due_duration"
  | "iteration_due_duration"
  | "iteration_start_lag";

/** Makes them, and k6's one built-in submetric: the durations of requests that went as expected. */
export function builtinMetrics(registry: Registry): BuiltinMetrics {
  const made = Object.entries(builtins).map(([name, [type, contains]]) => {
    return [name, registry.metric(name, type, contains)] as const;
  });
  registry.submetric("http_req_duration{expected_response:true}");
  return Object.fromEntries(made) as BuiltinMetrics;
}

type Kind = readonly [MetricType, MetricContents];

const counter: Kind = ["counter", "default"];
const gauge: Kind = ["gauge", "default"];
const rate: Kind = ["rate", "default"];
const time: Kind = ["trend", "time"];
const data: Kind = ["counter", "data"];

/** k6's names and meanings; then ours, for the open model, where a request has a time it is due. */
export const builtins: Readonly<Record<BuiltinName, Kind>> = {
  vus: gauge,
  vus_max: gauge,
  iterations: counter,
  iteration_duration: time,
  dropped_iterations: counter,
  checks: rate,
  group_duration: time,
  http_reqs: counter,
  http_req_failed: rate,
  /** Sending, waiting and receiving: neither connecting nor waiting for a connection. */
  http_req_duration: time,
  http_req_blocked: time,
  http_req_looking_up: time,
  http_req_connecting: time,
  http_req_tls_handshaking: time,
  http_req_sending: time,
  http_req_waiting: time,
  http_req_receiving: time,
  ws_sessions: counter,
  ws_msgs_sent: counter,
  ws_msgs_received: counter,
  /** From a ping to its pong. */
  ws_ping: time,
  ws_session_duration: time,
  /** Lookup, connect, TLS and the upgrade's answer. */
  ws_connecting: time,
  grpc_req_duration: time,
  grpc_streams: counter,
  grpc_streams_msgs_sent: counter,
  grpc_streams_msgs_received: counter,
  data_sent: data,
  data_received: data,
  /** From when the request was due to its end: what a user who does not wait in turn sees. */
  http_req_due_duration: time,
  /** From when the iteration was due to its end. */
  iteration_due_duration: time,
  /** From when the iteration was due to its start: how far the load itself was behind. */
  iteration_start_lag: time,
};
