import { builtins, type Metric } from "@breakwater/metrics";
import type { VuContext } from "../../vu/vu-context.ts";

const names = [
  "ws_sessions",
  "ws_msgs_sent",
  "ws_msgs_received",
  "ws_ping",
  "ws_session_duration",
  "ws_connecting",
] as const;

export type WsMetrics = Readonly<Record<(typeof names)[number], Metric>>;

/** The metrics of k6/ws and k6/websockets; the same for all VUs of a process. */
export function wsMetrics({ test, measure }: VuContext): WsMetrics {
  return test.shared("metrics", "ws", () => {
    const made = names.map((name) => [name, measure.registry.metric(name, ...builtins[name])]);
    return Object.fromEntries(made) as WsMetrics;
  });
}
