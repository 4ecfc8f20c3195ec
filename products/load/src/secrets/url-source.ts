import { type Clock, sleepUntil } from "@breakwater/clock";
import { queryJson } from "../api/http/json-path/json-path.ts";
import type { SecretSource } from "../vu/test-context.ts";
import { readUrlConfig, type UrlConfig } from "./url-config.ts";

export interface UrlSourceTools {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A file's text; throws an Error. */
  readonly readFile: (path: string) => string;
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly random: () => number;
}

/** k6's. */
const MAX_SECRET_BYTES = 24 * 1024;

/**
 * Secrets behind HTTP: a request for each, no more of them in a minute than configured. Tried again
 * after errors of the network, 429 and 5xx, each time after twice as long and somewhat more.
 */
export function urlSource(name: string, config: string, tools: UrlSourceTools): SecretSource {
  const { env, readFile, clock, random } = tools;
  const settings = readUrlConfig(config, env, readFile);
  const pace = pacer(settings, clock);
  return {
    name,
    get: async (key) => {
      await pace();
      for (let retry = 0; ; retry += 1) {
        const answer = await tryFetch(key, settings, clock);
        if (answer.secret !== undefined) return answer.secret;
        if (!answer.mayRetry || retry === settings.maxRetries) {
          throw new TypeError(`Cannot get the secret "${key}": ${answer.failure}`);
        }
        const backoffMs = settings.retryBackoffMs * (2 ** retry + random());
        await sleepUntil(clock, clock.nowMs() + backoffMs);
      }
    },
  };
}

/** Waits until one more request is within the limit; `requestsBurst` of them may come at once. */
function pacer(settings: UrlConfig, clock: Clock): () => Promise<void> {
  const intervalMs = 60_000 / settings.requestsPerMinuteLimit;
  const burstMs = intervalMs * settings.requestsBurst;
  let spentUntilMs = Number.NEGATIVE_INFINITY;
  return async () => {
    spentUntilMs = Math.max(spentUntilMs, clock.nowMs()) + intervalMs;
    const dueMs = spentUntilMs - burstMs;
    if (dueMs > clock.nowMs()) await sleepUntil(clock, dueMs);
  };
}

type Answer =
  | { readonly secret: string }
  | { readonly secret?: undefined; readonly failure: string; readonly mayRetry: boolean };

async function tryFetch(key: string, settings: UrlConfig, clock: Clock): Promise<Answer> {
  const { urlTemplate, method, headers, timeoutMs, responsePath } = settings;
  const late = new AbortController();
  const cancel = clock.at(clock.nowMs() + timeoutMs, () => late.abort());
  try {
    const url = urlTemplate.replaceAll("{key}", () => key);
    const response = await fetch(url, { method, headers, signal: late.signal });
    if (response.status !== 200) {
      const mayRetry = response.status >= 500 || response.status === 429;
      await response.body?.cancel();
      return { failure: `the answer's status is ${response.status}`, mayRetry };
    }
    return extract(await readBody(response), responsePath);
  } catch (error) {
    const why = late.signal.aborted ? `no answer in ${timeoutMs} ms` : (error as Error).message;
    return { failure: why, mayRetry: true };
  } finally {
    cancel();
  }
}

async function readBody(response: Response): Promise<Uint8Array | undefined> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.length;
    if (size > MAX_SECRET_BYTES) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function extract(body: Uint8Array | undefined, path: string): Answer {
  const no = (failure: string): Answer => ({ failure, mayRetry: false });
  if (body === undefined) return no(`the answer has more than ${MAX_SECRET_BYTES} bytes`);
  const text = new TextDecoder().decode(body);
  if (path === "") return { secret: text };
  let value: unknown;
  try {
    value = queryJson(JSON.parse(text), path);
  } catch {
    return no("the answer is not JSON; leave out responsePath");
  }
  if (typeof value === "string") return { secret: value };
  return no(`the answer has no text at ${path}`);
}
