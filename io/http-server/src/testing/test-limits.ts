import type { ServerLimits } from "../http-server.ts";

export const testLimits: ServerLimits = {
  maxHeadBytes: 16_384,
  maxHeaders: 100,
  maxBodyBytes: 2 ** 30,
  maxConnections: 1000,
  maxStreams: 100,
  idleTimeoutMs: 10_000,
  maxUnsentBytes: 16_777_216,
};
