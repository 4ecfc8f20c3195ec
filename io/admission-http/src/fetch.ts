import { type AbortSignalLike, type Permit, statusOutcome } from "@breakwater/admission";
import { Admission, type Verdict } from "./admission.ts";
import type { AdmissionOptions } from "./admission-options.ts";
import { heldBody } from "./held-body.ts";
import type { Refusal } from "./refusal.ts";

export type { AdmissionOptions } from "./admission-options.ts";

export interface FetchAdmissionOptions extends Omit<AdmissionOptions<Request>, "streams"> {
  /**
   * "hold" takes a body for a stream unless its content-type is what runtimes give a text or
   * JSON in one piece; on Bun, unless it has none either. Where that is wrong, say it: a function
   * picks the responses to hold. One that is held is sent in chunks, without a Content-Length.
   */
  readonly streams?: "hold" | "release" | ((response: Response) => boolean) | undefined;
}

/** Whatever the runtime gives beside the request is passed on. */
export type FetchHandler<Rest extends readonly unknown[], Answer> = (
  request: Request,
  ...rest: Rest
) => Answer | Promise<Answer>;

/**
 * Puts admission in front of the `fetch` handler of Bun.serve, Deno.serve or a Hono app. Throws
 * AdmissionError ("bad_option").
 *
 * A response in one piece is released when the handler has returned it, a streamed one when its
 * body has been read to the end, has failed, or the client has gone.
 */
export function admit<Rest extends readonly unknown[], Answer extends Response | undefined>(
  handler: FetchHandler<Rest, Answer>,
  options: FetchAdmissionOptions,
): (request: Request, ...rest: Rest) => Answer | Response | Promise<Answer | Response> {
  const { admission, hold, keeps } = prepare(options);
  const serve = (permit: Permit, request: Request, rest: Rest) => {
    if (keeps) takeable.set(request, permit);
    let answer: Answer | Promise<Answer>;
    try {
      answer = handler(request, ...rest);
    } catch (error) {
      end(permit, request, keeps);
      throw error;
    }
    if (!(answer instanceof Promise)) return finish(answer, permit, request);
    return answer.then(
      (response) => finish(response, permit, request),
      (error) => {
        end(permit, request, keeps);
        throw error;
      },
    );
  };
  const finish = (answer: Answer, permit: Permit, request: Request) => {
    if (keeps && !takeable.delete(request)) return answer;
    if (answer !== undefined) return hold(answer, permit);
    permit.release("ignored");
    return answer;
  };
  return (request, ...rest) => {
    const verdict = admission.admit(request, new Gone(request));
    if (verdict instanceof Promise) {
      return verdict.then((late) =>
        late.admitted ? serve(late, request, rest) : responseOf(late),
      );
    }
    return verdict.admitted ? serve(verdict, request, rest) : responseOf(verdict);
  };
}

/** The part of Hono's context that is needed. */
export interface HonoContextLike {
  readonly req: { readonly raw: Request };
  res: Response | undefined;
}

/** The same as a middleware of Hono: `app.use(honoAdmission(options))`, before all others. */
export function honoAdmission(
  options: FetchAdmissionOptions,
): (context: HonoContextLike, next: () => Promise<void>) => Promise<Response | undefined> {
  const { admission, hold, keeps } = prepare(options);
  return async (context, next) => {
    const request = context.req.raw;
    const verdict: Verdict = await admission.admit(request, new Gone(request));
    if (!verdict.admitted) return responseOf(verdict);
    if (keeps) takeable.set(request, verdict);
    try {
      await next();
    } catch (error) {
      end(verdict, request, keeps);
      throw error;
    }
    if (keeps && !takeable.delete(request)) return undefined;
    const { res } = context;
    if (res === undefined) {
      verdict.release("ignored");
      return undefined;
    }
    const held = hold(res, verdict);
    if (held !== res) {
      // Or Hono would add the headers of the one to those of the other.
      context.res = undefined;
      context.res = held;
    }
    return undefined;
  };
}

/**
 * Takes over the permit of a request that becomes a WebSocket: whoever calls this must release it
 * when the socket closes. Undefined unless `upgrades` is "hold", and for a second caller.
 */
export function takePermit(request: Request): Permit | undefined {
  const permit = takeable.get(request);
  takeable.delete(request);
  return permit;
}

/** Those that a handler may take over. */
const takeable = new WeakMap<Request, Permit>();

function prepare({ streams = "hold", ...options }: FetchAdmissionOptions) {
  const isFilter = typeof streams === "function";
  const admission = new Admission<Request>({ ...options, streams: isFilter ? "hold" : streams });
  const isStream = isFilter ? streams : streams === "hold" ? isMaybeStream : () => false;
  const hold = (response: Response, permit: Permit): Response => {
    // The filter goes first: on Bun, to look at a body costs 0.6 to 3 µs.
    if (isStream(response) && response.body !== null) return heldBody(response, permit);
    permit.release(statusOutcome(response.status));
    return response;
  };
  return { admission, hold, keeps: options.upgrades === "hold" };
}

/**
 * How runtimes label a body in one piece. All others may be streams: nothing but the label tells
 * the two apart without a look at the body, which on Bun costs more than most answers.
 */
const inOnePiece: ReadonlySet<string> = new Set([
  "text/plain;charset=utf-8",
  "application/json",
  "application/json;charset=utf-8",
]);
/** Bun labels a text only when it is sent: until then it has none, as a stream may. */
const textHasLabel = new Response("").headers.has("content-type");

function isMaybeStream({ headers }: Response): boolean {
  const type = headers.get("content-type");
  return type === null ? textHasLabel : !inOnePiece.has(type.toLowerCase());
}

function end(permit: Permit, request: Request, keeps: boolean): void {
  if (!keeps || takeable.delete(request)) permit.release("ignored");
}

function responseOf({ status, headers, body }: Refusal): Response {
  return new Response(body, { status, headers });
}

/** Asks for the request's signal only once it has to wait: on Bun that costs more than a µs. */
class Gone implements AbortSignalLike {
  readonly aborted: false = false;
  readonly #request: Request;

  constructor(request: Request) {
    this.#request = request;
  }

  addEventListener(type: "abort", listener: () => void): void {
    const { signal } = this.#request;
    if (signal.aborted) listener();
    else signal.addEventListener(type, listener, { once: true });
  }

  removeEventListener(type: "abort", listener: () => void): void {
    this.#request.signal.removeEventListener(type, listener);
  }
}
