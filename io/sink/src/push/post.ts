import type { Clock } from "@breakwater/clock";
import type { Outcome } from "./outcome.ts";

/** Where bodies are posted to, and how. */
export interface PostTarget {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly tls: PostTls;
  /** URL of an HTTP proxy. */
  readonly proxy?: string | undefined;
}

/** PEM throughout; JSON-able. */
export interface PostTls {
  readonly isInsecure: boolean;
  /** Trusted instead of the system's authorities. */
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

/** What of an answer is read and told. */
const MAX_TOLD_CHARS = 300;

export interface PostIo {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** The answer's body, when the receiver took what it was sent. */
  readonly onTaken?: (body: Uint8Array) => void;
}

/** One POST. Never rejects: what goes wrong is an outcome. */
export async function post(
  { url, headers, timeoutMs, tls, proxy }: PostTarget,
  body: Uint8Array<ArrayBuffer> | string,
  { clock, signal, onTaken }: PostIo,
): Promise<Outcome> {
  const limit = new AbortController();
  const cancel = clock.at(clock.nowMs() + timeoutMs, () => limit.abort());
  try {
    const response = await fetch(url, {
      method: "POST",
      headers,
      body,
      redirect: "manual",
      signal: AbortSignal.any([signal, limit.signal]),
      tls: {
        rejectUnauthorized: !tls.isInsecure,
        ...(tls.ca !== undefined && { ca: tls.ca }),
        ...(tls.cert !== undefined && { cert: tls.cert, key: tls.key ?? "" }),
      },
      ...(proxy !== undefined && { proxy }),
    });
    return await toOutcome(response, onTaken);
  } catch (error) {
    if (limit.signal.aborted) return { kind: "not now", why: `no answer in ${timeoutMs / 1000} s` };
    return { kind: "not now", why: (error as Error).message };
  } finally {
    cancel();
  }
}

async function toOutcome(
  response: Response,
  onTaken: PostIo["onTaken"] = () => {},
): Promise<Outcome> {
  const { status } = response;
  if (response.ok) {
    onTaken(new Uint8Array(await response.arrayBuffer()));
    return { kind: "taken" };
  }
  const isPassing = status === 429 || status >= 500;
  const told = await readStart(response);
  const why = `it answered ${status}${told === "" ? "" : `: ${told}`}`;
  return { kind: isPassing ? "not now" : "refused", why };
}

/** The first line of an answer; the rest is not even read. */
async function readStart(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  const { value } = (await reader?.read()) ?? {};
  await reader?.cancel();
  const text = new TextDecoder().decode(value?.subarray(0, MAX_TOLD_CHARS) ?? new Uint8Array());
  return text.trim().split("\n")[0] ?? "";
}
