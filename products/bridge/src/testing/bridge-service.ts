import type { Clock } from "@breakwater/clock";
import { runBridge } from "../run.ts";
import { readSettings, type Settings } from "../settings.ts";

type Json = Readonly<Record<string, unknown>>;

export interface TestBridge extends AsyncDisposable {
  readonly url: URL;
  readonly sideUrl: URL | undefined;
  readonly notes: readonly string[];
  stop(options?: { readonly graceMs?: number }): Promise<void>;
  ask(path: string, init?: RequestInit): Promise<Told>;
  /** A POST of that JSON, or of that text. */
  post(path: string, body: unknown, init?: RequestInit): Promise<Told>;
  /** Registers. */
  join(clientId: string, more?: JoinOptions): Promise<TestClient>;
  /** Only connects. */
  connect(options?: ConnectOptions): Promise<TestClient>;
}

interface Beat {
  readonly type?: string;
  readonly id?: string;
}

export interface Told {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: Json;
}

export interface ConnectOptions {
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export type JoinOptions = Json & { readonly connect?: ConnectOptions };

/** A client as anybody's: what it is sent waits in order until the test asks for it. */
export interface TestClient extends Disposable {
  readonly socket: WebSocket;
  /** What came when it registered. */
  readonly welcome: Json;
  send(frame: unknown): void;
  /** The next frame. */
  next(): Promise<unknown>;
  /** What has come and nobody has asked for, after a round trip. */
  rest(): Promise<readonly unknown[]>;
  /** When it is closed. */
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
}

/** The settings as the command line has them. Throws for those that cannot be. */
export function settingsOf(...flags: readonly string[]): Settings {
  const read = readSettings({ arguments: flags, environment: {}, readFile: () => "" });
  if (read.kind === "config") return read.config.settings;
  throw new Error(read.kind === "text" ? read.text : read.mistakes.join("; "));
}

export interface TestBridgeOptions {
  readonly flags?: readonly string[];
  readonly onLog?: (text: string) => void;
  readonly clock?: Clock;
}

/** The whole bridge on a free port, with its messages in memory. */
export async function bridgeService(options: TestBridgeOptions = {}): Promise<TestBridge> {
  const { flags = [], onLog, clock } = options;
  const all = ["--port", "0", "--metrics-port", "off", "--data", "off", ...flags];
  const bridge = await runBridge(settingsOf(...all), {
    logSink: (chunk, taken) => {
      onLog?.(String(chunk));
      taken();
    },
    ...(clock && { clock }),
  });
  const { url } = bridge;
  const ask = async (path: string, init?: RequestInit): Promise<Told> => {
    const response = await fetch(new URL(path, url), init);
    const text = await response.text();
    const { status, headers } = response;
    return { status, headers, text, json: tryJson(text) };
  };
  const connect = (how: ConnectOptions = {}) => connected(url, how);
  return {
    url,
    sideUrl: bridge.sideUrl,
    notes: bridge.notes,
    stop: (how) => bridge.stop(how),
    ask,
    post: (path, body, init) => {
      const text = typeof body === "string" ? body : JSON.stringify(body);
      const headers = { "content-type": "application/json", ...init?.headers };
      return ask(path, { ...init, method: "POST", body: text, headers });
    },
    connect,
    join: async (clientId, { connect: how, ...more } = {}) => {
      const client = await connect(how);
      client.send({ type: "register", clientId, ...more });
      const welcome = (await client.next()) as Json;
      return { ...client, welcome };
    },
    [Symbol.asyncDispose]: () => bridge[Symbol.asyncDispose](),
  };
}

async function connected(url: URL, { path = "/", headers }: ConnectOptions): Promise<TestClient> {
  const target = new URL(path, url);
  target.protocol = "ws:";
  const socket = new WebSocket(target, ...(headers ? [{ headers }] : []));
  const frames: unknown[] = [];
  const waiting: ((frame: unknown) => void)[] = [];
  const closed = Promise.withResolvers<{ code: number; reason: string }>();
  socket.onmessage = ({ data }) => {
    const frame = JSON.parse(String(data)) as unknown;
    const first = waiting.shift();
    if (first === undefined) frames.push(frame);
    else first(frame);
  };
  socket.onclose = ({ code, reason }) => {
    closed.resolve({ code, reason });
    // Whoever waits for a frame then would wait for ever.
    for (const tell of waiting) tell({ closed: code });
  };
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = reject;
  });
  const next = (): Promise<unknown> => {
    const first = frames.shift();
    if (first !== undefined) return Promise.resolve(first);
    return new Promise((resolve) => waiting.push(resolve));
  };
  const send = (frame: unknown): void => {
    socket.send(typeof frame === "string" ? frame : JSON.stringify(frame));
  };
  let trips = 0;
  return {
    socket,
    welcome: {},
    send,
    next,
    rest: async () => {
      trips += 1;
      const id = `round trip ${trips}`;
      send({ type: "heartbeat", id });
      const came: unknown[] = [];
      for (;;) {
        const frame = await next();
        if ((frame as Beat).id === id && (frame as Beat).type === "heartbeat") return came;
        came.push(frame);
      }
    },
    closed: closed.promise,
    [Symbol.dispose]: () => socket.close(),
  };
}

function tryJson(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return {};
  }
}
