import { randomBytes } from "k6/crypto";
import exec from "k6/execution";
import http from "k6/http";
import { replaceHttp, withHeaders } from "./instrument.js";

// Stands in for https://jslib.k6.io/http-instrumentation-tempo/<version>/index.js: requests carry
// the header of a trace, and their samples its id.

const propagators = {
  /** https://www.w3.org/TR/trace-context/#traceparent-header */
  w3c: (traceId, isSampled) => ({
    traceparent: `00-${traceId}-${randomHex(16)}-${isSampled ? "01" : "00"}`,
  }),
  /** https://www.jaegertracing.io/docs/1.76/client-libraries/#propagation-format */
  jaeger: (traceId, isSampled) => ({
    "uber-trace-id": `${traceId}:${randomHex(8)}:0:${isSampled ? "1" : "0"}`,
  }),
};

export class Client {
  #propagate;
  #sampling;
  #request;
  #asyncRequest;

  /** The last two are what it makes its requests with. */
  constructor(options, request = http.request, asyncRequest = http.asyncRequest) {
    this.configure(options);
    this.#request = request;
    this.#asyncRequest = asyncRequest;
  }

  /** `propagator` is "w3c" or "jaeger", `sampling` the share of traces that are kept: 0 to 1. */
  configure({ propagator = "w3c", sampling = 1 } = {}) {
    if (!(sampling >= 0 && sampling <= 1)) {
      throw new Error(`Cannot sample ${sampling} of all traces: give a number between 0 and 1`);
    }
    if (!Object.hasOwn(propagators, propagator)) {
      throw new Error(`Cannot propagate traces as "${propagator}": use "w3c" or "jaeger"`);
    }
    this.#propagate = propagators[propagator];
    this.#sampling = sampling;
  }

  request(method, url, ...args) {
    const traceId = newTraceId();
    const traced = withHeaders(this.#headers(traceId), ...args);
    try {
      exec.vu.metrics.metadata.trace_id = traceId;
      return this.#request(method, url, ...traced);
    } finally {
      delete exec.vu.metrics.metadata.trace_id;
    }
  }

  async asyncRequest(method, url, ...args) {
    const traceId = newTraceId();
    const traced = withHeaders(this.#headers(traceId), ...args);
    let response;
    try {
      exec.vu.metrics.metadata.trace_id = traceId;
      response = this.#asyncRequest(method, url, ...traced);
    } finally {
      delete exec.vu.metrics.metadata.trace_id;
    }
    return await response;
  }

  del(url, ...args) {
    return this.request("DELETE", url, ...args);
  }

  get(url, ...args) {
    return this.request("GET", url, null, ...args);
  }

  head(url, ...args) {
    return this.request("HEAD", url, null, ...args);
  }

  options(url, ...args) {
    return this.request("OPTIONS", url, ...args);
  }

  patch(url, ...args) {
    return this.request("PATCH", url, ...args);
  }

  post(url, ...args) {
    return this.request("POST", url, ...args);
  }

  put(url, ...args) {
    return this.request("PUT", url, ...args);
  }

  #headers(traceId) {
    return this.#propagate(traceId, Math.random() < this.#sampling);
  }
}

/** Traces all that the script asks of k6/http from here on. */
export function instrumentHTTP(options) {
  replaceHttp(new Client(options, http.request, http.asyncRequest));
}

/** k6's prefix, the time in ns, and random bytes: 16 bytes in all, in hex. */
function newTraceId() {
  const now = (BigInt(Date.now()) * 1_000_000n).toString(16).padStart(16, "0");
  const start = `dc0718${now}`;
  const bytes = new Uint8Array(randomBytes((32 - start.length) / 2));
  return start + Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function randomHex(length) {
  const digit = () => Math.floor(Math.random() * 16).toString(16);
  return Array.from({ length }, digit).join("");
}

const library = { Client, instrumentHTTP };

export { library as default };
