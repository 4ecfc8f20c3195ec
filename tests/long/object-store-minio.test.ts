import { afterAll, beforeAll, describe } from "bun:test";
import { type OpenStore, testObjectStore, testStore } from "@breakwater/object-store/testing";
import { scratch } from "../end-to-end/scratch.ts";

const path = Bun.which("minio") ?? Bun.which("minio", { PATH: "/tmp/peers/bin" });

/** Its keys are paths of a file system. */
const refused: readonly string[] = ["a/../b", "../up", "./here", "a//b", "/leading"];

const credentials = { accessKey: "minioadmin", secretKey: "minioadmin" };

describe.skipIf(path === null)("with MinIO (needs minio on the PATH)", () => {
  let minio: TestMinio;
  let buckets = 0;

  beforeAll(async () => {
    minio = await testMinio(path!);
  });
  afterAll(() => minio[Symbol.asyncDispose]());

  describe.each(["signed", "unsigned"] as const)("payload %s", (payload) => {
    /** A bucket of its own for each test. */
    const open: OpenStore = async ({ hasBucket }) => {
      buckets += 1;
      const store = testStore({
        bucket: `bucket-${buckets}`,
        ...{ payload, endpoint: minio.url, credentials },
      });
      if (hasBucket) await store.createBucket();
      return store;
    };
    testObjectStore("path", open, { exceptKeys: refused });
  });
});

interface TestMinio extends AsyncDisposable {
  readonly url: string;
}

/** On a folder of its own. */
async function testMinio(program: string): Promise<TestMinio> {
  const folder = scratch();
  const server = Bun.spawn([program, "server", folder.path, "--address", "127.0.0.1:0"], {
    env: { HOME: folder.path, MINIO_BROWSER: "off", MINIO_UPDATE: "off" },
    stdin: "ignore",
    stdout: "ignore",
    stderr: "pipe",
  });
  const stop = async (): Promise<void> => {
    server.kill("SIGKILL");
    await server.exited;
    folder[Symbol.dispose]();
  };
  const decoder = new TextDecoder();
  let said = "";
  for await (const bytes of server.stderr) {
    said += decoder.decode(bytes);
    const url = /API: (http:\S+)/.exec(said)?.[1];
    if (url !== undefined) return { url, [Symbol.asyncDispose]: stop };
  }
  await stop();
  throw new Error(`Cannot start minio: ${said}`);
}
