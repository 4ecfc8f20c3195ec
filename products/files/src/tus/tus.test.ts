import { describe, expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import type { ObjectStore } from "@breakwater/object-store";
import { ObjectStoreError } from "@breakwater/object-store";
import type { ServiceRoutes } from "@breakwater/service";
import { type DetailedError, Upload, type UploadOptions } from "tus-js-client";
import {
  type TransferService,
  type TransferServiceOptions,
  testStore,
  transferService,
} from "../uploads/testing/transfer-service.ts";
import type { TransferParts } from "../uploads/upload-routes.ts";
import { cuttingProxy } from "./testing/cutting-proxy.ts";
import { tusRoutes } from "./tus-routes.ts";
import { startTusSweep } from "./tus-sweep.ts";

const MIB = 1_048_576;
const DAY_MS = 86_400_000;
const NOW_MS = 1_800_000_000_000;

/** Different everywhere, so that a byte in the wrong place shows. */
function content(bytes: number): Buffer {
  const words = new Uint32Array(Math.ceil(bytes / 4));
  for (let index = 0; index < words.length; index += 1) words[index] = Math.imul(index, 2654435761);
  return Buffer.from(words.buffer, 0, bytes);
}

interface TusService extends TransferService {
  readonly endpoint: string;
}

interface Options extends Omit<TransferServiceOptions, "routes"> {
  readonly epochMs?: () => number;
}

/** A process of the service: all of them over one store are its instances, or its restarts. */
function start(options: Options): TusService {
  const { epochMs = () => NOW_MS, maxUploadBytes = 1e9 } = options;
  const settings = { maxUpload: maxUploadBytes, uploadLife: DAY_MS };
  const newId = (): string => crypto.randomUUID();
  const routes = (parts: TransferParts): ServiceRoutes =>
    tusRoutes({ ...parts, settings, epochMs, newId });
  const service = transferService({ ...options, routes });
  return { ...service, endpoint: `${service.url}/tus` };
}

interface Uploaded {
  readonly url: string;
  /** Undefined: it was given up on the way. */
  readonly error: DetailedError | Error | undefined;
  readonly isDone: boolean;
}

/** Runs tus' own client. */
function upload(bytes: Buffer, options: UploadOptions): Promise<Uploaded> {
  return new Promise((resolve) => {
    const client: Upload = new Upload(bytes, {
      retryDelays: null,
      metadata: { filename: "big.bin" },
      onError: (error) => resolve({ url: client.url ?? "", error, isDone: false }),
      onSuccess: () => resolve({ url: client.url ?? "", error: undefined, isDone: true }),
      ...options,
    });
    client.start();
  });
}

/** What is under way after its connection was cut behind so many bytes. */
async function uploadCut(service: TusService, bytes: Buffer, after: number): Promise<string> {
  using proxy = await cuttingProxy(service.url);
  proxy.cutAfter(after);
  const { url, error } = await upload(bytes, { endpoint: `${proxy.url}/tus` });
  expect(error).toBeDefined();
  const own = service.url + new URL(url).pathname;
  await offsetOf(own);
  return own;
}

const read = async (store: ObjectStore, key: string): Promise<Uint8Array> =>
  (await (await store.get(key))?.toBytes()) ?? new Uint8Array(0);

/** A request as the protocol has it, without a client in between. */
async function ask(url: string, method: string, headers: Record<string, string>, body?: string) {
  const answer = await fetch(url, {
    method,
    headers: { "tus-resumable": "1.0.0", ...headers },
    ...(body !== undefined && { body }),
  });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
}

const octets = { "content-type": "application/offset+octet-stream" };

/** The URL of an upload of so many bytes. */
async function begin(service: TusService, bytes: number, more = {}): Promise<string> {
  const metadata = `filename ${btoa("a.txt")}`;
  const headers = { "upload-length": String(bytes), "upload-metadata": metadata, ...more };
  const { headers: fields } = await ask(service.endpoint, "POST", headers);
  return service.url + fields.get("location");
}

const offsetOf = async (url: string): Promise<string | null> =>
  (await ask(url, "HEAD", {})).headers.get("upload-offset");

const hidden = (keys: Iterable<string>): string[] =>
  [...keys].filter((key) => key.startsWith(".breakwater/"));

describe("tus' own client", () => {
  test("uploads 20 MB over connections that all break, to the same bytes", async () => {
    const store = testStore();
    const bytes = content(20_000_000);
    await using service = start({ store });
    using proxy = await cuttingProxy(service.url);
    proxy.cutAfter(3_000_000);
    const retryDelays = Array.from({ length: 30 }, () => 0);
    const { isDone } = await upload(bytes, { endpoint: `${proxy.url}/tus`, retryDelays });
    expect(isDone).toBe(true);
    expect(proxy.cuts).toBeGreaterThanOrEqual(6);
    expect(Buffer.compare(await read(store, "big.bin"), bytes)).toBe(0);
    expect(service.changed).toEqual(["big.bin"]);
    expect(await store.unfinishedUploads()).toEqual([]);
    expect(service.panics).toEqual([]);
  });

  test("goes on with another process, from what the first one had kept", async () => {
    const store = testStore();
    const bytes = content(20_000_000);
    let path = "";
    {
      await using first = start({ store });
      path = new URL(await uploadCut(first, bytes, 12_000_000)).pathname;
    }
    await using second = start({ store });
    const offset = Number(await offsetOf(second.url + path));
    expect(offset).toBeGreaterThan(10_000_000);
    expect(offset).toBeLessThan(12_000_000);
    expect((await upload(bytes, { uploadUrl: second.url + path })).isDone).toBe(true);
    expect(Buffer.compare(await read(store, "big.bin"), bytes)).toBe(0);
  });

  test.each([
    ["in one request", { uploadDataDuringCreation: true }, 3 * MIB],
    ["in pieces of 300 kB", { chunkSize: 300_000 }, 2 * MIB],
    ["in pieces of 3 MB, over several parts", { chunkSize: 3_000_000 }, 18 * MIB],
    ["of exactly two parts", {}, 16 * MIB],
    ["of exactly a part", {}, 8 * MIB],
    ["of a byte", {}, 1],
    ["of nothing", {}, 0],
    ["with POST in place of PATCH", { overridePatchMethod: true }, 1000],
  ])("uploads a file %s", async (_how, options, size) => {
    const store = testStore();
    await using service = start({ store });
    const bytes = content(size);
    const { isDone, error } = await upload(bytes, { endpoint: service.endpoint, ...options });
    expect([isDone, error]).toEqual([true, undefined]);
    expect(Buffer.compare(await read(store, "big.bin"), bytes)).toBe(0);
    expect(hidden(store.contents.keys()).filter((key) => key.endsWith(".tail"))).toEqual([]);
  });

  test("uploads many files at once", async () => {
    const store = testStore();
    await using service = start({ store });
    const one = async (index: number): Promise<void> => {
      const metadata = { filename: `${index}.bin`, path: "many" };
      const bytes = content(900_000 + index);
      const options = { endpoint: service.endpoint, metadata, chunkSize: 400_000 };
      expect((await upload(bytes, options)).isDone).toBe(true);
      expect(Buffer.compare(await read(store, `many/${index}.bin`), bytes)).toBe(0);
    };
    await Promise.all(Array.from({ length: 12 }, (_, index) => one(index)));
  });

  test("takes an upload back, and nothing of it stays", async () => {
    const store = testStore();
    await using service = start({ store });
    const url = await uploadCut(service, content(20 * MIB), 12e6);
    await Upload.terminate(url, { retryDelays: null });
    expect([...store.contents.keys()]).toEqual([]);
    expect(await store.unfinishedUploads()).toEqual([]);
    expect((await ask(url, "HEAD", {})).status).toBe(404);
  });

  test("gives the file its name, folder and type", async () => {
    const store = testStore();
    await using service = start({ store });
    const metadata = { filename: "ä b.png", filetype: "image/x-own", path: "in/here/" };
    await upload(content(100), { endpoint: service.endpoint, metadata });
    expect((await store.head("in/here/ä b.png"))?.contentType).toBe("image/x-own");
  });

  test("goes on after the store failed, and after a process died with a part under way", async () => {
    const broken = new Set([2]);
    const store = testStore(({ operation, partNumber }) =>
      operation === "UploadPart" && broken.has(partNumber ?? 0)
        ? { error: new ObjectStoreError("unreachable", "gone"), when: "after" }
        : undefined,
    );
    await using service = start({ store });
    const bytes = content(30 * MIB);
    const { url, error } = await upload(bytes, { endpoint: service.endpoint });
    expect(error?.message).toContain("502");
    broken.clear();
    expect(Number(await offsetOf(url)) % (8 * MIB)).toBe(0);
    expect((await upload(bytes, { uploadUrl: url })).isDone).toBe(true);
    expect(Buffer.compare(await read(store, "big.bin"), bytes)).toBe(0);
  });
});

describe("an upload", () => {
  test("says what it is, how far, and until when", async () => {
    await using service = start({ store: testStore() });
    const url = await begin(service, 10);
    await ask(url, "PATCH", { ...octets, "upload-offset": "0" }, "abc");
    const { status, headers } = await ask(url, "HEAD", {});
    expect(status).toBe(200);
    expect(Object.fromEntries(headers)).toMatchObject({
      "upload-offset": "3",
      "upload-length": "10",
      "upload-metadata": `filename ${btoa("a.txt")}`,
      "upload-expires": new Date(NOW_MS + DAY_MS).toUTCString(),
      "tus-resumable": "1.0.0",
      "cache-control": "no-store",
    });
  });

  test.each([
    ["another offset", { "upload-offset": "2" }, "abc", 409],
    ["no offset", {}, "abc", 400],
    ["more than it has left", { "upload-offset": "0" }, "abcdefghijk", 413],
    ["another type", { "upload-offset": "0", "content-type": "text/plain" }, "abc", 415],
    ["an unknown checksum", { "upload-offset": "0", "upload-checksum": "md4 AAAA" }, "abc", 400],
    ["another version", { "upload-offset": "0", "tus-resumable": "0.2.2" }, "abc", 412],
  ])("takes nothing with %s", async (_what, headers, body, status) => {
    await using service = start({ store: testStore() });
    const url = await begin(service, 10);
    const answer = await ask(url, "PATCH", { ...octets, ...headers }, body);
    expect(answer.status).toBe(status);
    expect(answer.headers.get("tus-resumable")).toBe("1.0.0");
    expect(await offsetOf(url)).toBe("0");
  });

  test.each([
    ["sha1", "qZk+NkcGgWq6PiVxeFDCbJzQ2J0="],
    ["md5", "kAFQmDzST7DWlj99KOF/cg=="],
    ["crc32", "NSRBwg=="],
    ["sha256", "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="],
  ])("checks %s, and forgets what is not as it says", async (algorithm, digest) => {
    await using service = start({ store: testStore() });
    const url = await begin(service, 6);
    const checksum = { "upload-checksum": `${algorithm} ${digest}` };
    const good = await ask(url, "PATCH", { ...octets, ...checksum, "upload-offset": "0" }, "abc");
    const bad = await ask(url, "PATCH", { ...octets, ...checksum, "upload-offset": "3" }, "abd");
    expect([good.status, bad.status]).toEqual([204, 460]);
    expect(await offsetOf(url)).toBe("3");
  });

  test("takes one writer at a time, and tells the next 423", async () => {
    const held = Promise.withResolvers<undefined>();
    const begun = Promise.withResolvers<void>();
    const store = testStore(({ key }) => {
      if (key?.endsWith(".tail") !== true || !isHeld) return undefined;
      begun.resolve();
      return held.promise;
    });
    let isHeld = false;
    await using service = start({ store });
    const url = await begin(service, 10);
    isHeld = true;
    const first = ask(url, "PATCH", { ...octets, "upload-offset": "0" }, "abc");
    await begun.promise;
    const second = await ask(url, "PATCH", { ...octets, "upload-offset": "0" }, "abc");
    held.resolve(undefined);
    expect([second.status, (await first).status]).toEqual([423, 204]);
  });

  test("whose connection hangs is ended by HEAD, which tells what has come", async () => {
    const begun = Promise.withResolvers<void>();
    const store = testStore(({ operation }) => {
      if (operation === "UploadPart") begun.resolve();
      return undefined;
    });
    await using service = start({ store });
    const url = await begin(service, 20 * MIB);
    const hanging = fetch(url, {
      method: "PATCH",
      headers: { "tus-resumable": "1.0.0", ...octets, "upload-offset": "0" },
      body: new ReadableStream({ start: (stream) => stream.enqueue(content(9 * MIB)) }),
    });
    await begun.promise;
    const offset = Number(await offsetOf(url));
    expect(offset).toBeGreaterThan(8 * MIB);
    const fields = { ...octets, "upload-offset": String(offset) };
    const next = await ask(url, "PATCH", fields, "12345");
    expect(next.headers.get("upload-offset")).toBe(String(offset + 5));
    expect((await hanging).status).toBe(409);
  });

  test("belongs to one tenant, whose file it becomes", async () => {
    const store = testStore();
    await using service = start({ store });
    const url = await begin(service, 3, { "x-tenant": "acme" });
    expect((await ask(url, "HEAD", { "x-tenant": "other" })).status).toBe(404);
    const headers = { ...octets, "upload-offset": "0", "x-tenant": "acme" };
    expect((await ask(url, "PATCH", headers, "abc")).status).toBe(204);
    expect(Buffer.from(await read(store, "acme/a.txt")).toString()).toBe("abc");
  });

  test("is over when its time is, and swept away by whichever process starts then", async () => {
    const store = testStore();
    let nowMs = NOW_MS;
    const epochMs = (): number => nowMs;
    await using service = start({ store, epochMs });
    const old = await uploadCut(service, content(20 * MIB), 12e6);
    nowMs += DAY_MS + 1000;
    const young = await begin(service, 10);
    expect((await ask(old, "HEAD", {})).status).toBe(410);
    const clock = new FakeClock();
    const onError = (error: unknown): void => expect(error).toBeUndefined();
    using _sweep = startTusSweep({ store, clock, epochMs, onError });
    while ((await store.unfinishedUploads()).length > 0) await clock.advanceTo(0);
    await clock.advanceTo(0);
    const left = [...store.contents.keys()];
    expect(left).toEqual([`.breakwater/tus/${young.split("/").at(-1)}.json`]);
  });

  test("and what a killed process left of others goes after its time, if the bucket is ours", async () => {
    const store = testStore();
    const upload = await store.startUpload("form.bin");
    await upload.putPart(1, content(MIB));
    const [{ startedMs } = { startedMs: Number.NaN }] = await store.unfinishedUploads();
    const left = async (options: { ageMs: number; abandonedMs?: number }): Promise<number> => {
      const clock = new FakeClock();
      const epochMs = (): number => startedMs + options.ageMs;
      using _sweep = startTusSweep({ store, clock, epochMs, onError: () => {}, ...options });
      for (let turn = 0; turn < 20; turn += 1) await clock.advanceTo(0);
      return (await store.unfinishedUploads()).length;
    };
    expect(await left({ ageMs: DAY_MS + 1 })).toBe(1);
    expect(await left({ ageMs: DAY_MS - 1, abandonedMs: DAY_MS })).toBe(1);
    expect(await left({ ageMs: DAY_MS + 1, abandonedMs: DAY_MS })).toBe(0);
  });

  test("that a process completed and could not write down is known to be done", async () => {
    const lost = new Set<string>();
    const store = testStore(({ operation, key }) =>
      operation === "PutObject" && lost.has((key ?? "").slice(-5))
        ? { error: new ObjectStoreError("unreachable", "died") }
        : undefined,
    );
    await using service = start({ store });
    const bytes = content(9 * MIB);
    const url = await uploadCut(service, bytes, 8.5 * MIB);
    lost.add(".json");
    expect((await upload(bytes, { uploadUrl: url })).isDone).toBe(false);
    lost.clear();
    expect(await offsetOf(url)).toBe(String(9 * MIB));
    expect(Buffer.compare(await read(store, "big.bin"), bytes)).toBe(0);
  });
});

describe("an upload is not begun", () => {
  const filename = `filename ${btoa("a.txt")}`;
  test.each([
    ["without a length", { "upload-metadata": filename }, 400],
    ["without a name", { "upload-length": "3" }, 400],
    ["too large", { "upload-length": "2000000", "upload-metadata": filename }, 413],
    ["with metadata that is no base64", { "upload-length": "3", "upload-metadata": "a ?" }, 400],
    [
      "in a folder that goes up",
      { "upload-length": "3", "upload-metadata": `${filename},path ${btoa("../x")}` },
      400,
    ],
    ["in parts to be joined", { "upload-length": "3", "upload-concat": "partial" }, 400],
    ["for a later length", { "upload-defer-length": "1", "upload-metadata": filename }, 400],
  ])("%s", async (_what, headers, status) => {
    const store = testStore();
    await using service = start({ store, maxUploadBytes: 1_000_000 });
    expect((await ask(service.endpoint, "POST", headers)).status).toBe(status);
    expect(store.contents.size).toBe(0);
  });

  test("where there is a file that must stay, nor completed if one came meanwhile", async () => {
    const store = testStore();
    await using service = start({ store });
    const url = await begin(service, 3, { "if-none-match": "*" });
    await store.put("a.txt", "there");
    const again = await ask(service.endpoint, "POST", {
      ...{ "upload-length": "3", "upload-metadata": filename, "if-none-match": "*" },
    });
    const last = await ask(url, "PATCH", { ...octets, "upload-offset": "0" }, "abc");
    expect([again.status, last.status]).toEqual([412, 412]);
    expect(Buffer.from(await read(store, "a.txt")).toString()).toBe("there");
  });

  test("without the scope write", async () => {
    await using service = start({ store: testStore(), scopes: ["read"] });
    const headers = { "upload-length": "3", "upload-metadata": filename };
    expect((await ask(service.endpoint, "POST", headers)).status).toBe(403);
  });
});

test("OPTIONS says what the service can", async () => {
  await using service = start({ store: testStore(), maxUploadBytes: 5000 });
  const { status, headers } = await ask(service.endpoint, "OPTIONS", {});
  expect(status).toBe(204);
  expect(Object.fromEntries(headers)).toMatchObject({
    "tus-version": "1.0.0",
    "tus-max-size": "5000",
    "tus-extension": "creation,creation-with-upload,expiration,termination,checksum",
    "tus-checksum-algorithm": "sha1,sha256,md5,crc32",
  });
});
