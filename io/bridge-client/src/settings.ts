import { BridgeClientError } from "./bridge-client-error.ts";
import { type BridgeClock, platformClock } from "./bridge-clock.ts";
import type { BridgeOptions, ReconnectOptions } from "./bridge-options.ts";
import type { WebSocketLike } from "./bridge-socket.ts";
import { platformRandomBytes, type RandomSource, randomSource } from "./random-source.ts";

/** Options with what was left out, checked. */
export interface Settings {
  readonly url: string;
  readonly clientId: string;
  readonly clientToken: string | undefined;
  /** The register frame, but for `resume`. */
  readonly registration: Readonly<Record<string, unknown>>;
  readonly resume: string | undefined;
  readonly maxConcurrentTasks: number;
  readonly window: number;
  readonly heartbeatMs: number;
  readonly connectTimeoutMs: number;
  readonly reconnect: Required<ReconnectOptions>;
  readonly maxUnsent: number;
  readonly maxUnsentChars: number;
  readonly maxBuffered: number;
  readonly maxRemembered: number;
  readonly signal: AbortSignal | undefined;
  readonly webSocket: WebSocketLike;
  readonly clock: BridgeClock;
  readonly random: RandomSource;
}

export function parseOptions(options: BridgeOptions): Settings {
  const random = randomSource(options.randomBytes ?? platformRandomBytes);
  const clientId = options.clientId ?? random.uuid();
  const clientToken = options.clientToken === null ? undefined : tokenOf(options, random);
  const window = wholeNumber("window", options.window ?? 100, { from: 1, to: 1000 });
  const tasks = options.maxConcurrentTasks ?? 1;
  const maxConcurrentTasks = wholeNumber("maxConcurrentTasks", tasks, { from: 1, to: 1_000_000 });
  const { role, labels, tools, intents, authToken } = options;
  const wishes = { delivery: "array", receipts: true, acks: true, window };
  return {
    url: webSocketUrl(options.url),
    clientId,
    clientToken,
    registration: {
      ...{ type: "register", clientId, role, labels, tools, intents, maxConcurrentTasks },
      ...{ authToken, clientToken, ...wishes },
    },
    resume: options.resume,
    maxConcurrentTasks,
    window,
    heartbeatMs: duration("heartbeatMs", options.heartbeatMs ?? 25_000),
    connectTimeoutMs: duration("connectTimeoutMs", options.connectTimeoutMs ?? 10_000),
    reconnect: parseReconnect(options.reconnect ?? {}),
    maxUnsent: wholeNumber("maxUnsent", options.maxUnsent ?? 1000, { from: 1 }),
    maxUnsentChars: wholeNumber("maxUnsentChars", options.maxUnsentChars ?? 2 ** 24, { from: 1 }),
    maxBuffered: wholeNumber("maxBuffered", options.maxBuffered ?? Math.max(1000, window), {
      from: window,
    }),
    maxRemembered: wholeNumber("maxRemembered", options.maxRemembered ?? 10_000, { from: window }),
    signal: options.signal,
    webSocket: options.webSocket ?? platformWebSocket(),
    clock: options.clock ?? platformClock(),
    random,
  };
}

function parseReconnect(options: ReconnectOptions): Required<ReconnectOptions> {
  const minDelayMs = duration("reconnect.minDelayMs", options.minDelayMs ?? 500);
  const maxDelayMs = duration("reconnect.maxDelayMs", options.maxDelayMs ?? 30_000);
  const { jitter = 1, maxAttempts = Number.POSITIVE_INFINITY, idTakenMs = 60_000 } = options;
  if (maxDelayMs < minDelayMs) {
    throw badOption(`reconnect.maxDelayMs cannot be ${maxDelayMs}: minDelayMs is ${minDelayMs}`);
  }
  if (!(jitter >= 0 && jitter <= 1)) {
    throw badOption(`reconnect.jitter cannot be ${jitter}: it is a share from 0 to 1`);
  }
  if (!(maxAttempts >= 1)) {
    throw badOption(`reconnect.maxAttempts cannot be ${maxAttempts}: it is a number from 1`);
  }
  if (!(idTakenMs >= 0)) {
    throw badOption(`reconnect.idTakenMs cannot be ${idTakenMs}: it is a number of ms from 0`);
  }
  return { minDelayMs, maxDelayMs, jitter, maxAttempts, idTakenMs };
}

function tokenOf({ clientToken }: BridgeOptions, random: RandomSource): string {
  if (clientToken === undefined || clientToken === null) return random.secret();
  if (clientToken.length < 16 || clientToken.length > 200) {
    throw badOption(
      `clientToken cannot have ${clientToken.length} characters: it has 16 to 200, or is null`,
    );
  }
  return clientToken;
}

function webSocketUrl(text: string): string {
  let url: URL;
  try {
    url = new URL(text);
  } catch (cause) {
    throw new BridgeClientError("bad_option", `url cannot be ${JSON.stringify(text)}: ${urlRule}`, {
      cause,
    });
  }
  const isWebSocket = ["ws:", "wss:", "http:", "https:"].includes(url.protocol);
  if (!isWebSocket) throw badOption(`url cannot be ${JSON.stringify(text)}: ${urlRule}`);
  url.protocol = url.protocol.replace("http", "ws");
  url.hash = "";
  return url.href;
}

const urlRule = "it is as ws://127.0.0.1:8080";

function platformWebSocket(): WebSocketLike {
  const found = (globalThis as { readonly WebSocket?: WebSocketLike }).WebSocket;
  if (found === undefined) {
    throw badOption(
      "There is no global WebSocket here: give `webSocket`, that of the package ws on Node.js 20",
    );
  }
  return found;
}

function wholeNumber(
  name: string,
  value: number,
  { from, to }: { readonly from: number; readonly to?: number },
): number {
  if (Number.isInteger(value) && value >= from && value <= (to ?? value)) return value;
  const range = to === undefined ? `from ${from}` : `from ${from} to ${to}`;
  throw badOption(`${name} cannot be ${value}: it is a whole number ${range}`);
}

function duration(name: string, value: number): number {
  if (value >= 1 && value < 2 ** 31) return value;
  throw badOption(`${name} cannot be ${value}: it is a number of ms from 1 to 2147483647`);
}

function badOption(message: string): BridgeClientError {
  return new BridgeClientError("bad_option", message);
}
