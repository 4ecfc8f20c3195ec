import {
  type FaultPlan,
  type MemoryObjectStore,
  memoryObjectStore,
} from "@breakwater/object-store/testing";
import { runFiles } from "../run.ts";
import { readSettings, type Settings } from "../settings.ts";

export interface TestFiles extends AsyncDisposable {
  readonly store: MemoryObjectStore;
  readonly url: URL;
  /** Puts keys there, past the service. */
  fill(...keys: readonly string[]): Promise<void>;
  ask(path: string, init?: RequestInit): Promise<Told>;
  /** A POST of that JSON, or of that text. */
  post(path: string, body: unknown, init?: RequestInit): Promise<Told>;
}

export interface Told {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Undefined for what is no JSON. */
  readonly json: Envelope | undefined;
}

export interface Envelope {
  readonly status?: string;
  readonly response_code?: number;
  readonly error_message?: string;
  readonly code?: string;
  readonly data?: unknown;
  readonly message?: string;
  readonly [name: string]: unknown;
}

/** The settings as the command line has them. Throws for those that cannot be. */
export function settingsOf(...flags: readonly string[]): Settings {
  const read = readSettings({ arguments: flags, environment: {}, readFile: () => "" });
  if (read.kind === "config") return read.config.settings;
  throw new Error(read.kind === "text" ? read.text : read.mistakes.join("; "));
}

export interface TestFilesOptions {
  /** Of a test that is not about them, without a rate limit. */
  readonly flags?: readonly string[];
  readonly faults?: FaultPlan;
  /** One that another service has, too. */
  readonly store?: MemoryObjectStore;
  readonly onLog?: (text: string) => void;
}

/** The whole service on a free port, in front of a store in memory. */
export async function filesService(options: TestFilesOptions = {}): Promise<TestFiles> {
  const { flags = ["--disable-rate-limiter"], faults, onLog } = options;
  const store =
    options.store ?? memoryObjectStore({ epochMs: Date.now, ...(faults && { faults }) });
  const files = await runFiles(settingsOf("--port", "0", "--metrics-port", "off", ...flags), {
    logSink: (chunk, taken) => {
      onLog?.(String(chunk));
      taken();
    },
    store: {
      store,
      presign: (key, how) => store.presign(key, how),
      isOurs: true,
      name: "memory",
      [Symbol.asyncDispose]: async () => {},
    },
  });
  const ask = async (path: string, init?: RequestInit): Promise<Told> => {
    const response = await fetch(new URL(path, files.url), { redirect: "manual", ...init });
    const text = await response.text();
    const { status, headers } = response;
    return { status, headers, text, json: tryJson(text) };
  };
  return {
    store,
    url: files.url,
    ask,
    post: (path, body, init) => {
      const text = typeof body === "string" ? body : JSON.stringify(body);
      const headers = { "content-type": "application/json", ...init?.headers };
      return ask(path, { ...init, method: "POST", body: text, headers });
    },
    fill: async (...keys) => {
      for (const key of keys) await store.put(key, `content of ${key}`);
    },
    [Symbol.asyncDispose]: () => files[Symbol.asyncDispose](),
  };
}

function tryJson(text: string): Envelope | undefined {
  try {
    return JSON.parse(text) as Envelope;
  } catch {
    return undefined;
  }
}
