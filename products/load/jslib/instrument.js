import http from "k6/http";

// What the two http-instrumentation libraries share.

/** Makes k6/http itself send what `client` would: scripts call it as before. */
export function replaceHttp(client) {
  for (const name of ["del", "get", "head", "options", "patch", "post", "put"]) {
    http[name] = (...args) => client[name](...args);
  }
  http.request = (...args) => client.request(...args);
  http.asyncRequest = (...args) => client.asyncRequest(...args);
}

/** Body and params, with headers added to those that are there. */
export function withHeaders(headers, body = null, params = null, ...others) {
  const all = params ?? {};
  all.headers = { ...all.headers, ...headers };
  return [body, all, ...others];
}
