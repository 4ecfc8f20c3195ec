import { Interrupted } from "../../vu/activity.ts";
import type { VuContext } from "../../vu/vu-context.ts";
import { lazyModule } from "../lazy-module.ts";
import type { CreateModule } from "../module.ts";
import { sendBatch } from "./batch.ts";
import { FileData, type RequestBody } from "./body.ts";
import { blockingCall, sendCall } from "./call.ts";
import type { Caller } from "./caller.ts";
import { httpConstants } from "./constants.ts";
import { CookieJar } from "./cookie-jar.ts";
import { vuJar } from "./cookies.ts";
import { ExpectedStatuses, parseResponseCallback, usualStatuses } from "./expected-statuses.ts";
import type { RequestParams } from "./params.ts";
import type { HttpResponse } from "./response.ts";
import { urlTemplate } from "./url-template.ts";

type Params = RequestParams | null | undefined;
type Response = Promise<HttpResponse>;

class K6Caller implements Caller {
  readonly vu: VuContext;
  readonly isLenient = true;
  expected: ExpectedStatuses | null = usualStatuses;

  constructor(vu: VuContext) {
    this.vu = vu;
  }

  send(method: string, url: unknown, body: RequestBody, params: Params): Response {
    return blockingCall(this, method, url, body, params);
  }
}

/** get() and head(): k6 ignores what is behind the params, which is a body by mistake. */
function withoutBody(method: string) {
  return (caller: K6Caller) =>
    (url: unknown, params?: Params, ...surplus: readonly unknown[]): Response => {
      if (surplus.length > 0) {
        const name = method.toLowerCase();
        caller.vu.warn(`http.${name}() takes a URL and params: what stands behind is not used`);
      }
      return caller.send(method, url, undefined, params);
    };
}

function withBody(method: string) {
  return (caller: K6Caller) =>
    (url: unknown, body?: RequestBody, params?: Params): Response =>
      caller.send(method, url, body, params);
}

/** Members that know whose they are, each made of the VU's caller. */
const ownMembers: Readonly<Record<string, (caller: K6Caller) => unknown>> = {
  get: withoutBody("GET"),
  head: withoutBody("HEAD"),
  post: withBody("POST"),
  put: withBody("PUT"),
  patch: withBody("PATCH"),
  del: withBody("DELETE"),
  options: withBody("OPTIONS"),
  request:
    (caller) =>
    (method: unknown, url: unknown, body?: RequestBody, params?: Params): Response =>
      caller.send(String(method), url, body, params),
  asyncRequest:
    (caller) =>
    (method: unknown, url: unknown, body?: RequestBody, params?: Params): Response =>
      delivered(caller, sendCall(caller, String(method), url, body, params)),
  batch:
    (caller) =>
    (...given: readonly unknown[]) => {
      const { activity } = caller.vu;
      activity.assertRunning("send a batch");
      if (given.length > 1) {
        throw new TypeError("Cannot send a batch of several arguments: give one array or object");
      }
      return activity.block(() => sendBatch(caller, given[0]));
    },
  cookieJar: (caller) => () => {
    caller.vu.activity.assertRunning("open the VU's cookie jar");
    return new CookieJar(vuJar(caller.vu));
  },
  setResponseCallback: (caller) => (callback: unknown) => {
    caller.expected = parseResponseCallback(callback);
  },
};

/**
 * A promise that the script awaits by itself: nothing is held up by it, but as any event it waits
 * until the script is not held up by another call.
 */
function delivered({ vu }: K6Caller, response: Response): Response {
  return new Promise((resolve, reject) => {
    const hold = vu.activity.hold(() => reject(new Interrupted()));
    const settle = (end: () => void): void =>
      hold.deliver(() => {
        hold.release();
        end();
      });
    response.then(
      (value) => settle(() => resolve(value)),
      (error: unknown) => settle(() => reject(error)),
    );
  });
}

const sharedMembers: Readonly<Record<string, unknown>> = {
  ...httpConstants,
  CookieJar,
  url: urlTemplate,
  file: (data: string | ArrayBuffer, filename?: string, contentType?: string): FileData =>
    new FileData(data, filename, contentType),
  expectedStatuses: (...statuses: readonly unknown[]) => new ExpectedStatuses(statuses),
};

/** k6/http as one VU has it. Calls of functions that hold k6's scripts up are awaited. */
export const createK6Http: CreateModule = lazyModule({
  ownerOf: (vu) => new K6Caller(vu),
  own: ownMembers,
  shared: sharedMembers,
});
