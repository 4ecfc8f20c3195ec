import { expect, test } from "bun:test";
import { type OriginOptions, parseOriginOptions } from "./options.ts";

test("what is left out is the default", () => {
  expect(parseOriginOptions({})).toMatchObject({
    port: 8080,
    hostname: undefined,
    tls: undefined,
    grpc: { hostname: undefined, port: 50_051, isAskedFor: false },
    bufferBytes: 1_048_576,
    accessLog: "off",
    limits: { idleTimeoutMs: 10_000, maxBodyBytes: 2 ** 40, maxHeadBytes: 65_536 },
    drainDelayMs: 0,
    graceMs: 30_000,
  });
});

test("zero is a value, not something left out", () => {
  const settings = parseOriginOptions({ port: 0, idleTimeoutMs: 0, maxBodyBytes: 0, grpcPort: 0 });
  expect(settings).toMatchObject({
    port: 0,
    grpc: { port: 0, isAskedFor: true },
    limits: { idleTimeoutMs: 0, maxBodyBytes: 0 },
  });
});

test("the settings survive the way to a worker", () => {
  const settings = parseOriginOptions({ tlsPort: 1, profilingAddress: ":6060", hostname: "::1" });
  expect(JSON.parse(JSON.stringify(settings))).toEqual(settings);
});

test.each([
  ["localhost:6060", "localhost", 6060],
  [":6060", undefined, 6060],
  ["[::1]:0", "::1", 0],
])("profiles can be at %s", (profilingAddress, hostname, port) => {
  expect(parseOriginOptions({ profilingAddress }).profiling).toEqual({ hostname, port });
});

test.each<[OriginOptions, string]>([
  [{ port: -1 }, "Cannot use port -1: it must be a whole number from 0 to 65535"],
  [{ port: 65_536 }, "Cannot use port 65536"],
  [{ port: 80.5 }, "Cannot use port 80.5"],
  [{ port: Number.NaN }, "Cannot use port NaN"],
  [{ hostname: "" }, 'Cannot use hostname ""'],
  [{ tlsPort: 65_536 }, "Cannot use tlsPort 65536"],
  [{ grpcPort: -1 }, "Cannot use grpcPort -1"],
  [{ bufferKb: 63 }, "Cannot use bufferKb 63: it must be a whole number from 64 to 4096"],
  [{ idleTimeoutMs: 86_400_001 }, "Cannot use idleTimeoutMs 86400001"],
  [{ maxBodyBytes: -1 }, "Cannot use maxBodyBytes -1"],
  [{ maxConnections: 0 }, "Cannot use maxConnections 0"],
  [{ shape: "delay=fast" }, "Cannot "],
  [{ profilingAddress: "6060" }, 'Cannot listen on "6060": give HOST:PORT or :PORT'],
  [{ tlsPort: 1, certificate: "a.pem" }, "Cannot use a certificate without its key"],
  [{ certificate: "a.pem", key: "b.pem" }, "Cannot use a certificate without a port for TLS"],
])("%j is refused with what would do", (options, message) => {
  expect(() => parseOriginOptions(options)).toThrow(
    expect.objectContaining({ code: "bad_option", message: expect.stringContaining(message) }),
  );
});
