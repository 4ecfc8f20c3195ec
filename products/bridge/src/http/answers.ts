import { PreparedAnswer } from "@breakwater/http-server";
import { type Call, rewrittenCall, type Stage } from "@breakwater/service";
import type { Field } from "@breakwater/wire";
import { BridgeError, type BridgeErrorCode } from "../bridge-error.ts";

/** Answers with that JSON, which no cache keeps. */
export function respondJson(call: Call, value: unknown, status = 200): void {
  respondText(call, JSON.stringify(value), status);
}

/** The same of what is JSON already. */
export function respondText(call: Call, json: string, status = 200): void {
  call.respond({ status, fields: jsonFields, body: json });
}

/**
 * Answers with `{name: [texts]}`, each of which is JSON, as fast as the client takes it: all that
 * is kept for a slow one is a piece of it.
 */
export function respondList(call: Call, name: string, texts: Iterable<string>): void {
  const pieces = piecesOf(name, texts);
  let next = pieces.next();
  const first = next.value;
  next = pieces.next();
  if (next.done === true) {
    respondText(call, first ?? "");
    return;
  }
  const body = call.begin({ status: 200, fields: jsonFields });
  const run = (): void => {
    for (; next.done !== true; next = pieces.next()) {
      if (body.write(Buffer.from(next.value))) continue;
      next = pieces.next();
      return;
    }
    body.end();
  };
  body.onDrain(run);
  if (body.write(Buffer.from(first ?? ""))) run();
}

function* piecesOf(name: string, texts: Iterable<string>): Generator<string, undefined> {
  let piece = `{${JSON.stringify(name)}:[`;
  let separator = "";
  for (const text of texts) {
    piece += separator + text;
    separator = ",";
    if (piece.length < MIN_PIECE) continue;
    yield piece;
    piece = "";
  }
  yield `${piece}]}`;
}

/** Smaller ones cost more to send than to gather. */
const MIN_PIECE = 65_536;

const jsonFields: readonly Field[] = [
  ["content-type", "application/json; charset=utf-8"],
  ["cache-control", "no-store"],
];

/**
 * What cannot be answered is told as `{"error": sentence, "code"}`, whether a handler throws it or
 * the kit refuses it: limits, unknown paths, methods. The outermost stage.
 */
export function errorAnswers(options: {
  readonly onUnavailable: (error: BridgeError) => void;
}): Stage {
  return (next) => (call) => {
    const seen = rewrittenCall(call, {
      begin: (head) => call.begin(head),
      respond: (answer) => {
        if (answer instanceof PreparedAnswer || answer.status < 400) return call.respond(answer);
        if (answer.fields?.[0]?.[1] !== "application/problem+json") return call.respond(answer);
        const { detail, code } = JSON.parse(String(answer.body)) as Problem;
        const fields = [...jsonFields, ...answer.fields.slice(2)];
        call.respond({ ...answer, fields, body: JSON.stringify({ error: detail, code }) });
      },
    });
    const failed = (error: unknown): void => {
      if (!(error instanceof BridgeError)) throw error;
      if (error.code === "unavailable") options.onUnavailable(error);
      respondJson(call, { error: error.message, code: error.code }, statuses[error.code]);
    };
    try {
      const done = next(seen);
      return done instanceof Promise ? done.catch(failed) : done;
    } catch (error) {
      failed(error);
    }
  };
}

interface Problem {
  readonly detail: string;
  readonly code: string;
}

const statuses: Readonly<Record<BridgeErrorCode, number>> = {
  bad_setting: 500,
  bad_request: 400,
  body_too_large: 413,
  bad_client_token: 403,
  forged_from: 403,
  unavailable: 503,
};
