import type { VuContext } from "../../vu/vu-context.ts";
import { FileData, type RequestBody } from "./body.ts";
import { sendCall } from "./call.ts";
import type { RequestParams } from "./params.ts";
import type { HttpResponse } from "./response.ts";

/** The script's `http`: k6's methods, awaited. A failed request is a response with an `error`. */
export class Http {
  readonly #vu: VuContext;

  constructor(vu: VuContext) {
    this.#vu = vu;
  }

  get(url: string | URL, params?: RequestParams | null): Promise<HttpResponse> {
    return sendCall(this.#vu, "GET", url, undefined, params);
  }
  head(url: string | URL, params?: RequestParams | null): Promise<HttpResponse> {
    return sendCall(this.#vu, "HEAD", url, undefined, params);
  }
  post(
    url: string | URL,
    body?: RequestBody,
    params?: RequestParams | null,
  ): Promise<HttpResponse> {
    return sendCall(this.#vu, "POST", url, body, params);
  }
  put(url: string | URL, body?: RequestBody, params?: RequestParams | null): Promise<HttpResponse> {
    return sendCall(this.#vu, "PUT", url, body, params);
  }
  patch(
    url: string | URL,
    body?: RequestBody,
    params?: RequestParams | null,
  ): Promise<HttpResponse> {
    return sendCall(this.#vu, "PATCH", url, body, params);
  }
  del(url: string | URL, body?: RequestBody, params?: RequestParams | null): Promise<HttpResponse> {
    return sendCall(this.#vu, "DELETE", url, body, params);
  }
  options(
    url: string | URL,
    body?: RequestBody,
    params?: RequestParams | null,
  ): Promise<HttpResponse> {
    return sendCall(this.#vu, "OPTIONS", url, body, params);
  }
  request(
    method: string,
    url: string | URL,
    body?: RequestBody,
    params?: RequestParams | null,
  ): Promise<HttpResponse> {
    return sendCall(this.#vu, method.toUpperCase(), url, body, params);
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
