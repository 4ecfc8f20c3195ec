import type { Clock } from "@breakwater/clock";
import type { Connections, Exchange } from "@breakwater/http-client";
import type { XmlNode } from "@breakwater/s3";
import type { ObjectStoreError } from "../object-store-error.ts";
import type { ObservedCall } from "../observed-call.ts";
import { AnswerReceiver, type ResponseHead, received } from "./answer-receiver.ts";
import type { BodyFeed } from "./body-feed.ts";
import { type ReadAnswer, type RefusedAnswer, readAnswer } from "./read-answer.ts";
import type { S3Call } from "./s3-call.ts";
import type { S3Signer, SignedCall } from "./s3-signer.ts";

export type AttemptEnd =
  | S3Answer
  | RefusedAnswer
  | { readonly kind: "nonsense"; readonly what: string; readonly cause: unknown }
  | { readonly kind: "failure"; readonly failure: NonNullable<Exchange["failure"]> };

export interface S3Answer {
  readonly kind: "answer";
  readonly head: ResponseHead;
  /** Of one that is a document. */
  readonly root: XmlNode | undefined;
  /** Of one that is an object: what is to come of it. */
  readonly feed: BodyFeed | undefined;
}

/** What the attempts of a store have in common. */
export interface AttemptParts {
  readonly clock: Clock;
  readonly signer: S3Signer;
  readonly idleTimeoutMs: number;
  readonly observe: ((call: ObservedCall) => void) | undefined;
  /** Why a body broke off. */
  readonly toFeedError: (call: S3Call, end: AttemptEnd) => ObjectStoreError;
}

export interface Attempt {
  readonly call: S3Call;
  readonly number: number;
  /** When it asked for a connection. */
  readonly askedMs: number;
  readonly signed: SignedCall;
}

/**
 * Sends a request once. Resolves when all has come, of an object already with its head; `release`
 * is called when the connection is free again. The connections are this attempt's alone, so to
 * interrupt them cuts nothing else.
 */
export function runAttempt(
  { call, number, askedMs, signed }: Attempt,
  parts: AttemptParts,
  { connections, release }: { readonly connections: Connections; readonly release: () => void },
): Promise<AttemptEnd> {
  const { promise, resolve } = Promise.withResolvers<AttemptEnd>();
  const { signal, method } = call;
  const { signer, idleTimeoutMs } = parts;
  const cut = (): void => connections.interrupt();
  const receiver = new AnswerReceiver(call.answer, (head, feed) =>
    resolve({ kind: "answer", head, root: undefined, feed }),
  );
  const { head, body, bodyBytes } = signed;
  const request = {
    ...received,
    origin: signer.origin,
    method,
    head,
    ...(body !== undefined && { body }),
    ...(bodyBytes !== undefined && { bodyBytes }),
    receiver,
    idleTimeoutMs,
  };
  signal?.addEventListener("abort", cut);
  connections.send(request, {
    onEnd: (exchange) => {
      signal?.removeEventListener("abort", cut);
      const end = endOf(exchange, { call, receiver });
      parts.observe?.(observed(exchange, { call, number, askedMs, end }));
      receiver.feed?.end(end.kind === "answer" ? undefined : parts.toFeedError(call, end));
      release();
      resolve(end);
    },
  });
  return promise;
}

function endOf(
  { head, failure }: Exchange,
  { call, receiver }: { readonly call: S3Call; readonly receiver: AnswerReceiver },
): AttemptEnd {
  if (receiver.isTooLarge) {
    return { kind: "nonsense", what: "its answer is too long", cause: undefined };
  }
  if (failure !== undefined || head === undefined) return { kind: "failure", failure: failure! };
  const { feed } = receiver;
  if (feed !== undefined) return { kind: "answer", head, root: undefined, feed };
  if (call.answer === "object" && head.status < 300) {
    return { kind: "nonsense", what: "its answer does not say how long it is", cause: undefined };
  }
  const document = receiver.document();
  const read: ReadAnswer = readAnswer(head, { kind: call.answer, document });
  return read.kind === "answer" ? { ...read, feed } : read;
}

interface Observation {
  readonly call: S3Call;
  readonly number: number;
  readonly askedMs: number;
  readonly end: AttemptEnd;
}

function observed(exchange: Exchange, { call, number, askedMs, end }: Observation): ObservedCall {
  return {
    operation: call.operation,
    key: call.key,
    attempt: number,
    startedMs: askedMs,
    blockedMs: exchange.startedMs - askedMs + exchange.blockedMs,
    waitingMs: exchange.waitingMs,
    endedMs: exchange.endedMs,
    bytesSent: exchange.bytesSent,
    bytesReceived: exchange.bytesReceived,
    isReused: exchange.isReused,
    status: exchange.head?.status ?? 0,
    errorCode: errorCodeOf(end),
  };
}

function errorCodeOf(end: AttemptEnd): string | undefined {
  switch (end.kind) {
    case "answer":
      return undefined;
    case "refusal":
      return end.refusal.code === "" ? String(end.refusal.status) : end.refusal.code;
    case "nonsense":
      return "nonsense";
    case "failure":
      return end.failure.code;
  }
}
