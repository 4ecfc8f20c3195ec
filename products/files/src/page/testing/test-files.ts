import { type MemoryObjectStore, memoryObjectStore } from "@breakwater/object-store/testing";
import { runFiles } from "../../run.ts";
import { readSettings } from "../../settings.ts";

export interface TestFiles extends AsyncDisposable {
  readonly url: string;
  readonly store: MemoryObjectStore;
}

export interface TestFilesOptions {
  /** As in a settings file. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Files that are there at first. */
  readonly contents?: Readonly<Record<string, string>>;
}

/** The whole service, over a store in memory. */
export async function testFiles(options: TestFilesOptions = {}): Promise<TestFiles> {
  const { contents = {} } = options;
  const store = memoryObjectStore({ epochMs: Date.now });
  for (const [key, text] of Object.entries(contents)) await store.put(key, text);
  const service = await runFiles(settingsOf(options), {
    store: {
      store,
      isOurs: true,
      name: "in memory",
      presign: (key, how) => store.presign(key, how),
      [Symbol.asyncDispose]: async () => {},
    },
  });
  return {
    url: service.url.href,
    store,
    [Symbol.asyncDispose]: () => service.stop({ graceMs: 0 }),
  };
}

function settingsOf({ settings }: TestFilesOptions): Parameters<typeof runFiles>[0] {
  const fixed = { port: 0, host: "127.0.0.1", metricsPort: "off", logLevel: "silent" };
  const read = readSettings({
    arguments: ["--config", "settings.json"],
    environment: {},
    readFile: () => JSON.stringify({ ...fixed, disableRateLimiter: true, ...settings }),
  });
  if (read.kind === "config") return read.config.settings;
  throw new Error(read.kind === "mistakes" ? read.mistakes.join("; ") : read.text);
}
