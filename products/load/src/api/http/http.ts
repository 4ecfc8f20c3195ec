import type { VuContext } from "../../vu/vu-context.ts";
import { FileData, type RequestBody } from "./body.ts";
import { sendCall } from "./call.ts";
import type { Caller } from "./caller.ts";
import { usualStatuses } from "./expected-statuses.ts";
import type { RequestParams } from "./params.ts";
import type { HttpResponse } from "./response.ts";

/** The script's `http`: k6's methods, awaited. A failed request is a response with an `error`. */
export class Http {
  readonly #caller: Caller;

  constructor(vu: VuContext) {
    const caller: Caller = {
      vu,
      expected: usualStatuses,
      isLenient: false,
      send: (...call) => sendCall(caller, ...call),
    };
    this.#caller = caller;
  }

  get(url: string | URL, params?: RequestParams | null): Promise<HttpResponse> {
    return sendCall(this.#caller, "GET", url, undefined, params);
  }
  head(url: string | URL, params?: RequestParams | null): Promise<HttpResponse> {
    return sendCall(this.#caller, "HEAD", url, undefined, params);
  }
  post(
    url: string | URL,
    body?: RequestBody,
    params?: RequestParams | null,
  ): Promise<HttpResponse> {
    return sendCall(this.#caller, "POST", url, body, params);
  }
  put(url: string | URL, body?: RequestBody, params?: RequestParams | null): Promise<HttpResponse> {
    return sendCall(this.#caller, "PUT", url, body, params);
  }
  patch(
    url: string | URL,
    body?: RequestBody,
    params?: RequestParams | null,
  ): Promise<HttpResponse> {
    return sendCall(this.#caller, "PATCH", url, body, params);
  }
  del(url: string | URL, body?: RequestBody, params?: RequestParams | null): Promise<HttpResponse> {
    return sendCall(this.#caller, "DELETE", url, body, params);
  }
  options(
    url: string | URL,
    body?: RequestBody,
    params?: RequestParams | null,
  ): Promise<HttpResponse> {
    return sendCall(this.#caller, "OPTIONS", url, body, params);
  }
  request(
    method: string,
    url: string | URL,
    body?: RequestBody,
    params?: RequestParams | null,
  ): Promise<HttpResponse> {
    return sendCall(this.#caller, method.toUpperCase(), url, body, params);
  }

  /** A file in a multipart form: `http.post(url, { upload: http.file(bytes, "a.png") })`. */
  file(
    data: string | ArrayBuffer | ArrayBufferView,
    filename?: string,
    contentType?: string,
  ): FileData {
    return new FileData(data, filename, contentType);
  }
}
