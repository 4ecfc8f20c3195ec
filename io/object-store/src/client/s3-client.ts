import { type HttpClient, httpClient } from "@breakwater/http-client";
import { MAX_OBJECT_BYTES } from "@breakwater/s3";
import { defaultLimits } from "@breakwater/wire";
import type { PresignOptions } from "../object-store.ts";
import { ObjectStoreError } from "../object-store-error.ts";
import { codeOfRefusal, toDetail } from "../refusal.ts";
import { checkOptions, type S3ObjectStoreOptions } from "../s3-options.ts";
import { type AttemptEnd, type AttemptParts, runAttempt, type S3Answer } from "./attempt.ts";
import { BodySource } from "./body-source.ts";
import type { BodyError } from "./chunked-stream.ts";
import { abortedBy, ConnectionSlots } from "./connection-slots.ts";
import { failureMeanings } from "./failure-codes.ts";
import type { RefusedAnswer } from "./read-answer.ts";
import { RetryBudget, retryDelayMs, tryRetryAfterMs } from "./retry-budget.ts";
import { cannot, type S3Call } from "./s3-call.ts";
import { S3Signer } from "./s3-signer.ts";

/** A refusal that no retry helped is an answer: absence is one, to whoever asks for that. */
export type CallEnd = S3Answer | (RefusedAnswer & Attempts);

interface Attempts {
  readonly attempts: number;
  /** An attempt before may have done it: its answer was lost. */
  readonly mayBeDone: boolean;
}

/** Sends calls over the store's connections, again where that helps. */
export class S3Client implements AsyncDisposable {
  readonly #options: S3ObjectStoreOptions;
  readonly #http: HttpClient;
  readonly #slots: ConnectionSlots;
  readonly #signer: S3Signer;
  readonly #budget: RetryBudget;
  readonly #parts: AttemptParts;

  /** Throws ObjectStoreError (bad_request). */
  constructor(options: S3ObjectStoreOptions) {
    const endpoint = checkOptions(options);
    const { clock, maxConnections, maxWaiting = 10_000, lookup } = options;
    this.#options = options;
    this.#http = httpClient({
      clock,
      limits: { ...defaultLimits, maxBodyBytes: MAX_OBJECT_BYTES },
      tls: { insecureSkipVerify: !options.verifyTls },
      // As long as Amazon's own names live.
      dns: { ttlMs: 5000, select: "roundRobin", policy: "any" },
      connectTimeoutMs: options.connectTimeoutMs,
      maxPendingConnects: maxConnections,
      random: options.random,
      ...(lookup !== undefined && { lookup }),
    });
    this.#slots = new ConnectionSlots(this.#http, { maxConnections, maxWaiting });
    this.#signer = new S3Signer(options, endpoint);
    this.#budget = new RetryBudget(options.retry);
    this.#parts = {
      clock,
      signer: this.#signer,
      idleTimeoutMs: options.timeoutMs,
      observe: options.observe,
      toFeedError: (call, end) => this.#feedError(call, end),
    };
  }

  presign(key: string, options: PresignOptions): string {
    return this.#signer.presign(key, options);
  }

  /** Throws ObjectStoreError for all but what the store refuses for good. */
  async send(call: S3Call): Promise<CallEnd> {
    const source = new BodySource(call.body);
    try {
      return await this.#sendAgain(call, source);
    } finally {
      source.drop();
    }
  }

  /** The same, where no refusal is expected. */
  async expect(call: S3Call): Promise<S3Answer> {
    const end = await this.send(call);
    if (end.kind === "answer") return end;
    throw this.refused(call, end);
  }

  refused(
    call: Pick<S3Call, "operation" | "key">,
    end: RefusedAnswer & Attempts,
  ): ObjectStoreError {
    const { refusal, elsewhere, attempts } = end;
    const said = refusal.code === "" ? `status ${refusal.status}` : refusal.code;
    const where = elsewhere === undefined ? "" : `; the bucket is to be asked for at ${elsewhere}`;
    const message = `${cannot(call)} in ${this.#options.bucket}: the store says ${said}${where}`;
    const detail = toDetail(refusal);
    return new ObjectStoreError(codeOfRefusal(refusal), message, { detail, attempts });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#slots.close();
    this.#http[Symbol.dispose]();
  }

  async #sendAgain(call: S3Call, source: BodySource): Promise<CallEnd> {
    const { retry } = this.#options;
    let isCorrected = false;
    let mayBeDone = false;
    this.#budget.onCall();
    for (let attempt = 1; ; attempt += 1) {
      const end = await this.#attempt(call, { source, attempt });
      if (end.kind === "answer") return end;
      if (!isCorrected && this.#tryCorrect(call, end) && source.tryRewind()) {
        isCorrected = true;
        continue;
      }
      const isAgain = attempt < retry.maxAttempts && isPassing(end) && source.tryRewind();
      if (!(isAgain && this.#budget.tryTake())) {
        if (end.kind === "refusal") return { ...end, attempts: attempt, mayBeDone };
        throw this.#failed(call, { end, attempts: attempt, bodyError: source.error });
      }
      mayBeDone ||= end.kind === "failure" || end.refusal.status >= 500;
      await this.#pause(call, { end, attempt });
    }
  }

  async #attempt(
    call: S3Call,
    { source, attempt }: { readonly source: BodySource; readonly attempt: number },
  ): Promise<AttemptEnd> {
    const { clock } = this.#options;
    const askedMs = clock.nowMs();
    if (call.signal?.aborted === true) throw abortedBy(call.signal);
    const connections = await this.#slots.take(call.signal);
    const release = (): void => this.#slots.release(connections);
    try {
      const signed = this.#signer.sign(call, source);
      const sending = { call, number: attempt, askedMs, signed };
      return await runAttempt(sending, this.#parts, { connections, release });
    } catch (error) {
      // Only what was never sent throws: the signer's refusal of a header.
      release();
      throw error;
    }
  }

  /** Whoever is to sign with a clock that goes wrong learns the time from the answer, once. */
  #tryCorrect({ method }: S3Call, end: AttemptEnd): boolean {
    if (end.kind !== "refusal" || end.refusal.status !== 403) return false;
    const storeMs = Date.parse(end.head.header("date") ?? "");
    if (Number.isNaN(storeMs)) return false;
    const isFar = Math.abs(storeMs - this.#signer.nowMs) > MAX_SKEW_MS;
    const isSkewed = end.refusal.code === "RequestTimeTooSkewed" || (method === "HEAD" && isFar);
    if (isSkewed) this.#signer.correct(storeMs);
    return isSkewed;
  }

  async #pause(
    { signal }: S3Call,
    { end, attempt }: { readonly end: AttemptEnd; readonly attempt: number },
  ): Promise<void> {
    const { clock, random, retry } = this.#options;
    const asked = end.kind === "refusal" ? end.head.header("retry-after") : undefined;
    const retryAfterMs = tryRetryAfterMs(asked, this.#signer.nowMs);
    const delayMs = retryDelayMs(retry, { attempt, retryAfterMs, random });
    const { promise, resolve } = Promise.withResolvers<void>();
    const wake = (): void => resolve();
    const cancel = clock.at(clock.nowMs() + delayMs, wake);
    signal?.addEventListener("abort", wake);
    await promise;
    cancel();
    signal?.removeEventListener("abort", wake);
  }

  /** What is not the store's refusal. */
  #failed(call: S3Call, { end, attempts, bodyError }: FailedEnd): ObjectStoreError {
    const { signal } = call;
    if (end.kind === "nonsense") {
      const message = `${cannot(call)}: the store is not as S3 says it: ${end.what}`;
      return new ObjectStoreError("store_failed", message, { attempts, cause: end.cause });
    }
    if (end.kind !== "failure") throw new Error("A refusal is an answer");
    if (signal?.aborted === true) return abortedBy(signal);
    if (bodyError !== undefined) {
      const { message, cause } = bodyError;
      const text = `${cannot(call)}: its body cannot be sent: ${message}`;
      return new ObjectStoreError("bad_request", text, { attempts, cause });
    }
    const { code, message } = end.failure;
    const text = `${cannot(call)}: ${message}`;
    return new ObjectStoreError(failureMeanings[code].code, text, { attempts });
  }

  /** A body that had begun and broke off is not an attempt that may be made again. */
  #feedError(call: S3Call, end: AttemptEnd): ObjectStoreError {
    const error = this.#failed(call, { end, attempts: 1, bodyError: undefined });
    if (error.code !== "unreachable") return error;
    return new ObjectStoreError("corrupted", error.message, { cause: error });
  }
}

interface FailedEnd {
  readonly end: AttemptEnd;
  readonly attempts: number;
  readonly bodyError: BodyError | undefined;
}

/** Amazon's own bound. */
const MAX_SKEW_MS = 900_000;

/** Whether the same may go well a little later. All of S3's calls may be made twice. */
function isPassing(end: AttemptEnd): end is Exclude<AttemptEnd, { kind: "nonsense" | "answer" }> {
  if (end.kind === "failure") return failureMeanings[end.failure.code].isPassing;
  if (end.kind !== "refusal") return false;
  const { status, code } = end.refusal;
  return passingStatuses.has(status) || passingCodes.has(code);
}

const passingStatuses: ReadonlySet<number> = new Set([429, 500, 502, 503, 504]);

const passingCodes: ReadonlySet<string> = new Set([
  "ConditionalRequestConflict",
  "InternalError",
  "OperationAborted",
  "RequestTimeout",
  "SlowDown",
]);
