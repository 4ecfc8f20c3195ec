import type { RequestBody } from "./body.ts";
import { sendCall } from "./call.ts";
import type { Caller } from "./caller.ts";
import type { RequestParams } from "./params.ts";
import { HttpResponse } from "./response.ts";

export type BatchResult = readonly (HttpResponse | null)[] | Readonly<Record<string, HttpResponse>>;

interface BatchRequest {
  readonly key: string;
  readonly method: string;
  readonly url: unknown;
  readonly body: RequestBody;
  readonly params: RequestParams | null | undefined;
}

/**
 * k6's http.batch(): many requests at once, of which `batch` are under way, and of one host
 * `batchPerHost`. The result has the shape of what was asked for: an array, or an object.
 *
 * Rejects with the first error of a request that throws, when all are over. A request that cannot
 * be read lets none be sent: it has a response with an `error`, or throws with the option `throw`.
 */
export async function sendBatch(caller: Caller, given: unknown): Promise<BatchResult> {
  if (typeof given !== "object" || given === null) {
    const what = given === undefined ? "nothing" : typeof given;
    throw new TypeError(`Cannot send ${what} as a batch: give an array or an object of requests`);
  }
  const isArray = Array.isArray(given);
  const requests: BatchRequest[] = [];
  for (const [key, value] of Object.entries(given)) {
    try {
      requests.push(toRequest(key, value));
    } catch (error) {
      if (caller.vu.settings.isThrowing || !(error instanceof Error)) throw error;
      caller.vu.warn(`Batch failed: ${error.message}`);
      const read = [...requests.map(() => ""), error.message].map((text) => unsent(caller, text));
      const keys = [...requests.map((request) => request.key), key];
      if (!isArray) return Object.fromEntries(keys.map((name, index) => [name, read[index]!]));
      return given.map((_one, index) => read[index] ?? null);
    }
  }
  const responses = await sendAll(caller, requests);
  if (isArray) return responses;
  return Object.fromEntries(requests.map(({ key }, index) => [key, responses[index]!]));
}

function toRequest(key: string, value: unknown): BatchRequest {
  const plain = { key, method: "GET", body: undefined, params: undefined };
  if (Array.isArray(value)) {
    const [method, url, body, params] = value;
    if (value.length < 2) {
      throw new TypeError(`Cannot send item ${key} of the batch: give [method, url, body, params]`);
    }
    return { key, method: toMethod(key, method), url, body, params };
  }
  if (typeof value !== "object" || value === null || isUrl(value)) return { ...plain, url: value };
  const { method = "GET", url, body, params } = value as Partial<BatchRequest>;
  if (url === undefined) throw new TypeError(`Cannot send item ${key} of the batch: give its url`);
  const upper = toMethod(key, method).toUpperCase();
  const hasBody = upper !== "GET" && upper !== "HEAD";
  return { key, method: upper, url, body: hasBody ? body : undefined, params };
}

function toMethod(key: string, method: unknown): string {
  if (typeof method === "string") return method;
  throw new TypeError(`Cannot send item ${key} of the batch: its method must be text`);
}

/** A URL object, or http.url`…`: what says that it is a URL by itself. */
function isUrl(value: object): boolean {
  return !("method" in value || "body" in value || "params" in value) && String(value) !== noText;
}

const noText = String({});

function unsent(caller: Caller, error: string): HttpResponse {
  const request = { method: "", url: "", request: undefined, body: undefined };
  const rest = { exchange: undefined, content: undefined, type: "none", errorCode: 0 } as const;
  return new HttpResponse({ ...rest, url: "", request, error, caller });
}

/** Each as soon as the limits let it; the order in which they wait is the script's. */
async function sendAll(
  caller: Caller,
  requests: readonly BatchRequest[],
): Promise<readonly HttpResponse[]> {
  const { batch, batchPerHost } = caller.vu.settings;
  const slots = new Map<string, Slots>();
  const responses: HttpResponse[] = [];
  const errors: unknown[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < requests.length) {
      const index = next;
      next += 1;
      const { method, url, body, params } = requests[index]!;
      const host = URL.parse(String(url))?.host ?? "";
      const slot = slots.get(host) ?? new Slots(batchPerHost);
      slots.set(host, slot);
      await slot.take();
      try {
        responses[index] = await sendCall(caller, method, url, body, params);
      } catch (error) {
        errors.push(error);
      } finally {
        slot.give();
      }
    }
  };
  const workers = Math.min(requests.length, toLimit(batch));
  await Promise.all(Array.from({ length: workers }, work));
  if (errors.length > 0) throw errors[0];
  return responses;
}

/** 0 is no limit, as in k6. */
const toLimit = (limit: number): number => (limit > 0 ? limit : Number.POSITIVE_INFINITY);

/** How many may do something at once; those behind wait their turn. */
class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(limit: number) {
    this.#free = toLimit(limit);
  }

  take(): Promise<void> | undefined {
    this.#free -= 1;
    if (this.#free >= 0) return undefined;
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  give(): void {
    this.#free += 1;
    this.#waiting.shift()?.();
  }
}
