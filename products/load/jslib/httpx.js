import http from "k6/http";

// Stands in for https://jslib.k6.io/httpx/<version>/index.js
// (https://grafana.com/docs/k6/latest/javascript-api/jslib/httpx).

const methods = [
  ...["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"],
];

/** What http.url`…` gives. */
function isHttpUrl(url) {
  return typeof url === "object" && "name" in url && "url" in url && "clean_url" in url;
}

/** A request of a batch; `params` may have the `body`. */
export class Request {
  constructor(method, url, params = {}) {
    const { body = null, ...rest } = params ?? {};
    this.method = method;
    this.url = url;
    this.body = body || null;
    this.params = rest;
    if (isHttpUrl(url)) {
      this.url = url.url;
      this.addTag("name", url.name);
    }
  }

  addHeader(name, value) {
    this.params.headers = { ...this.params.headers, [name]: value };
    return this;
  }

  addTag(name, value) {
    this.params.tags = { ...this.params.tags, [name]: value };
    return this;
  }
}

/** A constructor, although it gives a Request: scripts write `new Get(url)`. */
function requestOf(method) {
  return function create(url, params) {
    return new Request(method, url, params);
  };
}

export const Get = requestOf("GET");
export const Head = requestOf("HEAD");
export const Post = requestOf("POST");
export const Put = requestOf("PUT");
export const Delete = requestOf("DELETE");
export const Connect = requestOf("CONNECT");
export const Options = requestOf("OPTIONS");
export const Trace = requestOf("TRACE");
export const Patch = requestOf("PATCH");

/** A session: requests that share a base URL, headers, tags and other params. */
export class Httpx {
  constructor(options = {}) {
    const { baseURL = "", headers = {}, tags = {}, errorMetric = null, ...others } = options;
    const { errorMetricCondition = isExpected, ...params } = others;
    this.baseURL = baseURL;
    this.errorMetric = errorMetric;
    this.errorMetricCondition = errorMetricCondition;
    this.k6params = { ...params, headers, tags };
    this.lastRequest = { responseObject: null, responseChainDuration: null };
  }

  /** Of the last request or batch, in ms. */
  get lastRequestChainDuration() {
    return this.lastRequest.responseChainDuration;
  }

  setBaseUrl(baseURL) {
    this.baseURL = baseURL;
  }

  addHeader(name, value) {
    this.k6params.headers[name] = value;
  }

  addHeaders(headers) {
    Object.assign(this.k6params.headers, headers);
  }

  clearHeader(name) {
    delete this.k6params.headers[name];
  }

  addTag(name, value) {
    this.k6params.tags[name] = value;
  }

  addTags(tags) {
    Object.assign(this.k6params.tags, tags);
  }

  clearTag(name) {
    delete this.k6params.tags[name];
  }

  request(...args) {
    const [method, url, body, params] = args;
    const sent = prepare(this, { count: args.length, method, url, params });
    const startMs = Date.now();
    const response = http.request(method, sent.url, body, sent.params);
    note(this, response, startMs);
    if (this.errorMetric) {
      const isGood = sent.params.expect || this.errorMetricCondition;
      this.errorMetric.add(!isGood(response));
    }
    return response;
  }

  asyncRequest(...args) {
    const [method, url, body, params] = args;
    const sent = prepare(this, { count: args.length, method, url, params });
    return http.asyncRequest(method, sent.url, body, sent.params);
  }

  /** Of a Request. */
  execute({ method, url, body, params }) {
    return this.request(method, url, body, params);
  }

  /** `requests` are Requests, or arrays of method, URL, body and params. */
  batch(requests, sharedParams) {
    const all = requests.map((request) => {
      const { method, url, body, params } = Array.isArray(request) ? unpacked(request) : request;
      const own = merged(sharedParams, params);
      return [method, this.baseURL + url, body || null, merged(this.k6params, own)];
    });
    const startMs = Date.now();
    const responses = http.batch(all);
    note(this, responses, startMs);
    return responses;
  }

  get(url, body, params) {
    return this.request("GET", url, body, params);
  }

  head(url, body, params) {
    return this.request("HEAD", url, body, params);
  }

  post(url, body, params) {
    return this.request("POST", url, body, params);
  }

  put(url, body, params) {
    return this.request("PUT", url, body, params);
  }

  delete(url, body, params) {
    return this.request("DELETE", url, body, params);
  }

  connect(url, body, params) {
    return this.request("CONNECT", url, body, params);
  }

  options(url, body, params) {
    return this.request("OPTIONS", url, body, params);
  }

  trace(url, body, params) {
    return this.request("TRACE", url, body, params);
  }

  patch(url, body, params) {
    return this.request("PATCH", url, body, params);
  }

  asyncGet(url, body, params) {
    return this.asyncRequest("GET", url, body, params);
  }

  asyncHead(url, body, params) {
    return this.asyncRequest("HEAD", url, body, params);
  }

  asyncPost(url, body, params) {
    return this.asyncRequest("POST", url, body, params);
  }

  asyncPut(url, body, params) {
    return this.asyncRequest("PUT", url, body, params);
  }

  asyncDelete(url, body, params) {
    return this.asyncRequest("DELETE", url, body, params);
  }

  asyncConnect(url, body, params) {
    return this.asyncRequest("CONNECT", url, body, params);
  }

  asyncOptions(url, body, params) {
    return this.asyncRequest("OPTIONS", url, body, params);
  }

  asyncTrace(url, body, params) {
    return this.asyncRequest("TRACE", url, body, params);
  }

  asyncPatch(url, body, params) {
    return this.asyncRequest("PATCH", url, body, params);
  }
}

function isExpected({ status }) {
  return status >= 200 && status <= 399;
}

function unpacked([method, url, body, params]) {
  return { method, url, body, params };
}

/** The second's headers and tags are added to the first's, all else of it replaces the first's. */
function merged(first = {}, second = {}) {
  const headers = { ...first?.headers, ...second?.headers };
  const tags = { ...first?.tags, ...second?.tags };
  return { ...first, ...second, headers, tags };
}

function prepare(session, { count, method, url, params }) {
  if (count < 2) throw new Error("Cannot make a request: give at least a method and a URL");
  if (!methods.includes(method)) {
    throw new Error(`Cannot make a request of method ${method}: it must be one of ${methods}`);
  }
  const all = merged(session.k6params, params);
  if (isHttpUrl(url)) all.tags.name = url.name;
  const plain = isHttpUrl(url) ? url.url : url;
  return { url: plain.startsWith("http") ? plain : session.baseURL + plain, params: all };
}

function note(session, responseObject, startMs) {
  session.lastRequest = { responseObject, responseChainDuration: Date.now() - startMs };
}
