import { FakeClock } from "@breakwater/clock/testing";
import { serveHttp } from "@breakwater/http-server";
import { type MemoryDiskOptions, memoryDisk } from "../../testing/memory-disk.ts";
import { SignedClient } from "../../testing/signed-client.ts";
import { type S3HandlerOptions, s3Handler } from "../s3-handler.ts";

export const nowMs: number = Date.UTC(2026, 0, 2, 3, 4, 5);

export interface TestStore extends AsyncDisposable {
  readonly client: SignedClient;
  readonly url: URL;
  /** What the handler's user would be told of. */
  readonly errors: readonly unknown[];
}

export interface TestStoreOptions extends Partial<S3HandlerOptions> {
  readonly memory?: Partial<MemoryDiskOptions>;
}

/** A store in memory, and somebody who may use it. */
export function testStore({ memory, ...options }: TestStoreOptions = {}): TestStore {
  const errors: unknown[] = [];
  const credentials = { accessKey: "key", secretKey: "secret" };
  let lastId = 0;
  const server = serveHttp({
    ...{ hostname: "127.0.0.1", port: 0, clock: new FakeClock() },
    handler: s3Handler({
      disk: memoryDisk({ maxBytes: 2 ** 28, pieceBytes: 65_536, ...memory }),
      ...{ credentials: [credentials], region: undefined, hosts: ["s3.test"] },
      createsBuckets: true,
      limits: { maxDocumentBytes: 2 ** 20, maxReceiving: 100, minPartBytes: 5 },
      epochMs: () => nowMs,
      newId: () => {
        lastId += 1;
        return `request-${lastId}`;
      },
      onError: (error) => errors.push(error),
      ...options,
    }),
    limits: {
      ...{ maxHeadBytes: 65_536, maxHeaders: 100, maxBodyBytes: 2 ** 40, maxConnections: 100 },
      ...{ maxStreams: 10, idleTimeoutMs: 0, maxUnsentBytes: 2 ** 20 },
    },
    onError: (error) => errors.push(error),
  });
  return {
    ...{ url: server.url, errors },
    client: new SignedClient({ url: server.url, credentials, nowMs: () => nowMs }),
    [Symbol.asyncDispose]: () => server.stop({ graceMs: 0 }),
  };
}

/** Status and, of an error, its code: "404 NoSuchKey". */
export async function outcomeOf(response: Response): Promise<string> {
  const text = await response.text();
  return `${response.status} ${tagOf(text, "Code")}`.trim();
}

/** The text of the first such element. */
export function tagOf(xml: string, name: string): string {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1] ?? "";
}

/** Of all of them. */
export function tagsOf(xml: string, name: string): readonly string[] {
  return [...xml.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, "g"))].map((match) => match[1]!);
}
