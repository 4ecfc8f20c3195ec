import type { CallHandler, ServiceRoutes } from "@breakwater/service";
import packageJson from "../../package.json" with { type: "json" };
import { respondJson, respondList } from "./answers.ts";
import type { RouteParts } from "./route-parts.ts";

/** Whether it lives, how it does, and who is connected. */
export function statusRoutes(parts: RouteParts): ServiceRoutes {
  const { views } = parts;
  return {
    "GET /health": { handler: (call) => respondJson(call, healthOf(parts)), isCritical: true },
    "GET /api/status": (call) => respondJson(call, statusOf(parts)),
    "GET /agents": async (call) => {
      const agents = await views.agents();
      respondList(
        call,
        "agents",
        agents.values().map((agent) => JSON.stringify(agent)),
      );
    },
    "GET /clients": async (call) => {
      const agents = await views.agents();
      respondList(
        call,
        "clients",
        agents.values().map(({ id }) => JSON.stringify(id)),
      );
    },
  };
}

/** What there is, for whoever asks without a browser. */
export function listing(parts: RouteParts): CallHandler {
  return (call) => {
    const { version, uptime } = stateOf(parts);
    respondJson(call, { service, version, status: "running", uptime, endpoints, websocket });
  };
}

const service = "AI Bridge Server";
const websocket =
  'any path; say {"type":"register","clientId":"…"}, then {"type":"envelope","envelope":{…}}';
const endpoints: Readonly<Record<string, string>> = {
  "GET /health": "whether it lives",
  "GET /api/status": "how it does",
  "GET /agents": "who is connected, and what they said of themselves",
  "GET /clients": "their ids",
  "GET /history?limit&agentId&taskId&intent": "what was said",
  "GET /tasks": "the same by tasks",
  "GET /queues": "for whom messages wait",
  "GET /dead-letters": "what was not delivered, and why",
  "POST /broadcast": "an envelope to all",
  "POST /send": "an envelope to one",
};

function healthOf(parts: RouteParts): object {
  const { timestamp, uptime, version, environment, connectedClients } = stateOf(parts);
  const { historySize } = parts.keeper.figures;
  const port = parts.port();
  return {
    ...{ status: "ok", timestamp, wsPort: port, httpPort: port, connectedClients, historySize },
    ...{ uptime, version, environment },
  };
}

function statusOf(parts: RouteParts): object {
  const { timestamp, uptime, version, environment, connectedClients } = stateOf(parts);
  const { figures, settings } = parts;
  const { historySize, queuedMessages } = parts.keeper.figures;
  const port = parts.port();
  return {
    ...{ service, status: "healthy", timestamp, version, uptime },
    performance: {
      connectedClients,
      messagesProcessed: figures.messages,
      messagesPerSecond: uptime === 0 ? 0 : Math.round((figures.messages / uptime) * 100) / 100,
      queuedMessages,
      errors: figures.errors,
      lastError: figures.lastError,
    },
    websocket: { port, enabled: true, connections: connectedClients },
    http: { port, enabled: true },
    storage: { historySize, historyLimit: settings.historyLimit },
    environment,
  };
}

function stateOf({ kit, settings, broker, startedMs, now }: RouteParts) {
  return {
    timestamp: now(),
    uptime: Math.round(kit.clock.nowMs() - startedMs) / 1000,
    version: packageJson.version,
    environment: settings.environment,
    /** Of this instance. */
    connectedClients: broker.connected,
  };
}
