import { afterAll, beforeAll, describe } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RunningS3Server, startS3Server } from "@breakwater/s3-server";
import { systemClock } from "@breakwater/system-clock";
import type { S3ObjectStoreOptions } from "./s3-options.ts";
import { type OpenStore, testObjectStore } from "./testing/object-store-contract.ts";
import { testStore } from "./testing/test-store.ts";

let buckets = 0;

/** A bucket of its own for each test. */
function opener(options: () => Partial<S3ObjectStoreOptions>): OpenStore {
  return async ({ hasBucket }) => {
    buckets += 1;
    const store = testStore({ bucket: `bucket-${buckets}`, ...options() });
    if (hasBucket) await store.createBucket();
    return store;
  };
}

describe("with our own S3 server", () => {
  const credentials = { accessKey: "key", secretKey: "the-secret" };
  let server: RunningS3Server;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "bw-object-store-"));
    server = await startS3Server({
      folder,
      durability: "none",
      newId: () => crypto.randomUUID(),
      hostname: "127.0.0.1",
      port: 0,
      credentials: [credentials],
      createsBuckets: false,
      hosts: ["s3.test"],
      clock: systemClock(),
      epochMs: Date.now,
      onError: (error) => {
        throw error;
      },
    });
  });

  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  const lookup = async () => [{ address: "127.0.0.1", family: 4 } as const];
  const virtual = () => ({
    addressing: "virtual" as const,
    endpoint: `http://s3.test:${server.url.port}`,
    lookup,
  });
  const path = () => ({ addressing: "path" as const, endpoint: server.url.origin });

  // Each mode and each addressing once: they have nothing to do with each other.
  testObjectStore(
    "signed payload, path addressing",
    opener(() => ({ payload: "signed", credentials, ...path() })),
  );
  testObjectStore(
    "unsigned payload, virtual addressing",
    opener(() => ({ payload: "unsigned", credentials, ...virtual() })),
  );
});
