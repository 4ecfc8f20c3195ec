import { expect, test } from "bun:test";
import { runBridge } from "./run.ts";
import { readSettings } from "./settings.ts";
import { settingsOf } from "./testing/bridge-service.ts";

const read = (environment: Readonly<Record<string, string>>) =>
  readSettings({ arguments: [], environment, readFile: () => "" });

test("the original's environment is understood", () => {
  const result = read({
    PORT: "9000",
    NODE_ENV: "production",
    AI_BRIDGE_HTTP_PORT: "9001",
    AI_BRIDGE_HISTORY_LIMIT: "500",
    AI_BRIDGE_MAX_QUEUE: "1500",
    AI_BRIDGE_CLIENT_TTL_MS: "600000",
    AI_BRIDGE_CLEANUP_INTERVAL_MS: "30000",
    AI_BRIDGE_RATE_WINDOW_MS: "30000",
    AI_BRIDGE_RATE_MAX: "120",
    AI_BRIDGE_CORS_ORIGINS: "https://a.example, https://b.example",
    AI_BRIDGE_AUTH_TOKEN: "secret",
    AI_BRIDGE_MAX_CONNECTIONS: "500",
  });
  expect(result).toMatchObject({
    kind: "config",
    config: {
      settings: {
        ...{ port: 9000, environment: "production", httpPort: 9001, historyLimit: 500 },
        ...{ maxQueue: 1500, clientTtlMs: 600_000, cleanupIntervalMs: 30_000 },
        ...{ rateWindowMs: 30_000, rateMax: 120, authToken: "secret", maxConnections: 500 },
        corsOrigins: ["https://a.example", "https://b.example"],
      },
    },
  });
});

test("without anything it is as the original was deployed", () => {
  expect(read({})).toMatchObject({
    config: {
      settings: {
        ...{ port: 8080, historyLimit: 1000, maxQueue: 2000, clientTtlMs: 900_000 },
        ...{ cleanupIntervalMs: 60_000, rateWindowMs: 60_000, rateMax: 200 },
        ...{ maxConnections: 10_000, data: "./breakwater-bridge", durability: "commit" },
      },
    },
  });
});

test("its own port outranks that of the platform", () => {
  expect(read({ PORT: "1", AI_BRIDGE_PORT: "2" })).toMatchObject({
    config: { settings: { port: 2 } },
  });
});

test.each([
  ["AI_BRIDGE_HISTORY_LIMIT", "0", "at least 1"],
  ["AI_BRIDGE_MAX_QUEUE", "many", "a number"],
  ["AI_BRIDGE_CLIENT_TTL_MS", "0", "at least 1000"],
  ["AI_BRIDGE_RATE_MAX", "-1", "at least 1"],
  ["AI_BRIDGE_CORS_ORIGINS", "a.example", "https://a.example"],
  ["AI_BRIDGE_TRUSTED_PROXIES", "everybody", "10.0.0.0/8"],
  ["PORT", "http", "a number"],
])("%s=%s is told in a sentence, and not taken for the default", (name, value, hint) => {
  const result = read({ [name]: value });
  const { mistakes } = result as Extract<typeof result, { kind: "mistakes" }>;
  expect(mistakes).toEqual([expect.stringContaining(name)]);
  expect(mistakes[0]).toContain(hint);
});

test.each([
  ["nothing is set", [], "127.0.0.1", /only this machine/],
  ["a host is named", ["--host", "0.0.0.0"], "127.0.0.1", /may do everything/],
  ["HTTP had a port of its own", ["--http-port", "4568", "--auth-token", "t"], "127.0.0.1", /4568/],
])("when %s, whoever starts it is told what that means", async (_when, flags, host, note) => {
  const all = ["--port", "0", "--metrics-port", "off", "--data", "off", ...flags];
  await using bridge = await runBridge(settingsOf(...all), { logSink: (_chunk, taken) => taken() });
  expect(bridge.url.hostname).toBe(host);
  expect(bridge.notes).toEqual([expect.stringMatching(note)]);
});
