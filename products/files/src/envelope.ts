import type { Call, CallHandler, Stage } from "@breakwater/service";
import type { Field } from "@breakwater/wire";
import { FilesError, type FilesErrorCode, statusOf } from "./files-error.ts";
import { tryFilesError } from "./store-problem.ts";

/**
 * How the service answers: `{"status":"Success","response_code":200,"data":…}` and
 * `{"status":"Failure","response_code":404,"error_message":…,"code":…}`, with a line break at the
 * end, indented if the query has `pretty`.
 */
export interface Envelopes {
  /** Answers as the service that this one replaces does, wrong status codes and all. */
  readonly isCompat: boolean;
  /** Any JSON, without an envelope. */
  json(call: Call, value: unknown, status?: number): void;
  success(call: Call, data: unknown): void;
  /**
   * The result of a batch. If nothing of it went well, it is a failure with the status of the first
   * error, and has the data all the same.
   */
  batch(call: Call, data: unknown, outcome: BatchOutcome): void;
  failure(call: Call, error: FilesError, data?: unknown): void;
  /** For the log, what clients are not told of them. */
  noteErrors(call: Call, errors: readonly FilesError[]): void;
  /** Answers what a handler throws, if it is a FilesError or an ObjectStoreError. */
  readonly failures: Stage;
}

export interface BatchOutcome {
  readonly done: number;
  readonly errors: readonly FilesError[];
}

export interface EnvelopesOptions {
  readonly isCompat: boolean;
  /** Gets what clients are not told: what the store said. */
  readonly onStoreError: (error: FilesError, call: Call) => void;
}

export function envelopes({ isCompat, onStoreError }: EnvelopesOptions): Envelopes {
  const noteErrors: Envelopes["noteErrors"] = (call, errors) => {
    for (const error of errors) {
      if (error.cause !== undefined && !isClientsDoing.has(error.code)) onStoreError(error, call);
    }
  };
  const failure: Envelopes["failure"] = (call, error, data) => {
    noteErrors(call, [error]);
    const status = (isCompat ? originalStatus(error) : undefined) ?? statusOf(error);
    const fields: Field[] = error.retryAfterS === undefined ? [] : [retryAfter(error.retryAfterS)];
    if (error.code === "unauthorized") fields.push(["www-authenticate", "Bearer, ApiKey"]);
    const more = data === undefined ? {} : { data };
    const value = isCompat
      ? {
          status: "Failure",
          response_code: ORIGINAL_CODE,
          error_message: error.original?.message ?? error.message,
        }
      : {
          status: "Failure",
          response_code: status,
          error_message: error.message,
          code: error.code,
          request_id: call.id,
          ...more,
        };
    respond(call, { status, fields: [...noStore, ...fields] }, value);
  };
  const success: Envelopes["success"] = (call, data) =>
    respond(call, { status: 200, fields: jsonFields }, succeeded(data));
  return {
    isCompat,
    success,
    failure,
    json: (call, value, status = 200) => respond(call, { status, fields: jsonFields }, value),
    noteErrors,
    batch: (call, data, { done, errors }) => {
      noteErrors(call, errors);
      const [first] = errors;
      if (isCompat || done > 0 || first === undefined) return success(call, data);
      const { code, message, retryAfterS } = first;
      failure(call, new FilesError(code, message, { retryAfterS }), data);
    },
    failures: (next) => (call) => guarded(call, next, failure),
  };
}

/** What the store rightly refuses, or nobody waits for any more: nothing for an operator to see. */
const isClientsDoing: ReadonlySet<FilesErrorCode> = new Set<FilesErrorCode>([
  "not_found",
  "conflict",
  "precondition_failed",
  "bad_range",
  "too_large",
  "gone",
  "cancelled",
]);

/** "&pretty", "?pretty=1": two spaces a level. */
export function isPretty({ query }: Call["request"]): boolean {
  return query.includes("pretty") && /(?:^|&)pretty(?:=|&|$)/.test(query);
}

/** With a body that is JSON already. */
export function respondText(call: Call, json: string | Uint8Array): void {
  const isPlain = call.request.query === "" || !isPretty(call.request);
  const text = isPlain || typeof json === "string" ? json : new TextDecoder().decode(json);
  const body = isPlain ? text : written(JSON.parse(String(text)), INDENT);
  call.respond({ status: 200, fields: jsonFields, body });
}

/** Around data that is JSON already. */
export const successText = (data: string): string =>
  `{"status":"Success","response_code":200,"data":${data}}\n`;

export const jsonFields: readonly Field[] = [["content-type", "application/json; charset=UTF-8"]];

const noStore: readonly Field[] = [...jsonFields, ["cache-control", "no-store"]];
const INDENT = 2;
/** Whatever the status was. */
const ORIGINAL_CODE = 500;

const succeeded = (data: unknown): object => ({ status: "Success", response_code: 200, data });

const retryAfter = (seconds: number): Field => ["retry-after", String(Math.ceil(seconds))];

/** What the original never refused it has no status of its own for. */
const originalStatus = ({ original }: FilesError): number | undefined =>
  original === undefined ? undefined : (original.status ?? ORIGINAL_CODE);

function respond(
  call: Call,
  head: { readonly status: number; readonly fields: readonly Field[] },
  value: unknown,
): void {
  call.respond({ ...head, body: written(value, isPretty(call.request) ? INDENT : 0) });
}

const written = (value: unknown, indent: number): string =>
  `${JSON.stringify(value, undefined, indent)}\n`;

function guarded(
  call: Call,
  next: CallHandler,
  failure: Envelopes["failure"],
): void | Promise<void> {
  const failed = (error: unknown): void => {
    const told = tryFilesError(error);
    if (told === undefined) throw error;
    failure(call, told);
  };
  try {
    const done = next(call);
    return done instanceof Promise ? done.catch(failed) : done;
  } catch (error) {
    return failed(error);
  }
}
