import crypto from "k6/crypto";

// Signature version 4 of AWS, for jslib's "aws"
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).

export const AMZ_CONTENT_SHA256_HEADER = "x-amz-content-sha256";
export const UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD";

const algorithm = "AWS4-HMAC-SHA256";
const maxExpirySeconds = 7 * 24 * 60 * 60;
/** What proxies may change, or what this makes anew. */
const unsigned = new Set(
  (
    "authorization cache-control connection expect from keep-alive max-forwards pragma referer " +
    "te trailer transfer-encoding upgrade user-agent x-amzn-trace-id"
  ).split(" "),
);
const generated = new Set(["authorization", "x-amz-date", "date"]);

export class AWSError extends Error {
  name = "AWSError";

  constructor(message, code) {
    super(message);
    this.code = code;
  }
}

export class InvalidSignatureError extends AWSError {
  name = "InvalidSignatureError";
}

/** Protocol, host and port of a service: "https://s3.eu-west-1.amazonaws.com". */
export class Endpoint {
  constructor(text) {
    const url = new URL(/^https?:\/\//.test(text) ? text : `https://${text}`);
    this.protocol = url.protocol.slice(0, -1);
    this.hostname = url.hostname;
    this.port = url.port === "" ? undefined : Number(url.port);
  }

  get host() {
    return this.port === undefined ? this.hostname : `${this.hostname}:${this.port}`;
  }

  get href() {
    return `${this.protocol}://${this.host}`;
  }

  copy() {
    return new Endpoint(this.href);
  }
}

/** Signs requests: what it gives has `url` and `headers` to send. */
export class SignatureV4 {
  /** S3 alone wants neither `uriEscapePath`, and it and Glacier want `applyChecksum`. */
  constructor({ service, region, credentials, uriEscapePath = true, applyChecksum = true }) {
    Object.assign(this, { service, region, credentials, uriEscapePath, applyChecksum });
  }

  /** Puts the signature among the request's headers, which it changes. */
  sign(request, options = {}) {
    const made = this.#begin(request, options);
    const { headers } = request;
    for (const name of Object.keys(headers)) {
      if (generated.has(name.toLowerCase())) delete headers[name];
    }
    headers.host = made.host;
    headers["x-amz-date"] = made.longDate;
    const { sessionToken } = this.credentials;
    if (sessionToken) headers["x-amz-security-token"] = sessionToken;
    const payloadHash = hashOf(request);
    if (this.applyChecksum) headers[AMZ_CONTENT_SHA256_HEADER] ??= payloadHash;
    const signable = canonicalHeaders(headers, options);
    const signature = this.#signature(request, { ...made, signable, payloadHash });
    headers.authorization =
      `${algorithm} Credential=${this.credentials.accessKeyId}/${made.scope}, ` +
      `SignedHeaders=${namesOf(signable)}, Signature=${signature}`;
    return { ...request, url: made.urlOf(request.query) };
  }

  /** Puts the signature into the URL, which is good for `expiresIn` seconds. */
  presign(original, options = {}) {
    const { expiresIn = 3600, unhoistableHeaders } = options;
    if (expiresIn > maxExpirySeconds) {
      throw new InvalidSignatureError(
        `Cannot presign a URL for ${expiresIn} seconds: at most ${maxExpirySeconds} are possible`,
      );
    }
    const headers = { ...original.headers };
    const query = { ...original.query };
    for (const [name, value] of Object.entries(headers)) {
      const isKept = unhoistableHeaders?.has(name.toLowerCase());
      if (isKept || !name.toLowerCase().startsWith("x-amz-")) continue;
      query[name] = value;
      delete headers[name];
    }
    const made = this.#begin(original, options);
    headers.host = made.host;
    const { accessKeyId, sessionToken } = this.credentials;
    const signable = canonicalHeaders(headers, options);
    if (sessionToken) query["X-Amz-Security-Token"] = sessionToken;
    query["X-Amz-Algorithm"] = algorithm;
    query["X-Amz-Credential"] = `${accessKeyId}/${made.scope}`;
    query["X-Amz-Date"] = made.longDate;
    query["X-Amz-Expires"] = String(expiresIn);
    query["X-Amz-SignedHeaders"] = namesOf(signable);
    const request = { ...original, headers, query };
    const payloadHash = hashOf(original);
    query["X-Amz-Signature"] = this.#signature(request, { ...made, signable, payloadHash });
    return { ...request, url: made.urlOf(query) };
  }

  #begin({ endpoint, protocol, hostname, path = "" }, options) {
    const date = options.signingDate ?? new Date();
    const longDate = new Date(date).toISOString().replace(/[-:]|\.\d{3}/g, "");
    const region = options.signingRegion || this.region;
    const service = options.signingService || this.service;
    const host = endpoint?.host ?? hostname;
    const start = `${endpoint?.protocol ?? protocol}://${host}${path}`;
    const urlOf = (query) => (query ? `${start}?${queryText(query)}` : start);
    const scope = `${longDate.slice(0, 8)}/${region}/${service}/aws4_request`;
    return { longDate, scope, region, service, host, urlOf };
  }

  #signature(request, { longDate, scope, region, service, signable, payloadHash }) {
    const lines = [...signable].map(([name, value]) => `${name}:${value}`);
    const path = this.uriEscapePath ? escapedPath(request.path) : request.path;
    const query = queryText(request.query ?? {});
    const canonical = [request.method, path, query, ...lines, "", namesOf(signable), payloadHash];
    const hash = crypto.sha256(canonical.join("\n"), "hex");
    const toSign = [algorithm, longDate, scope, hash].join("\n");
    const secret = `AWS4${this.credentials.secretAccessKey}`;
    const key = [longDate.slice(0, 8), region, service, "aws4_request"].reduce(
      (last, text) => crypto.hmac("sha256", last, text, "binary"),
      secret,
    );
    return crypto.hmac("sha256", key, toSign, "hex");
  }
}

/** Sorted, by their names in small letters. */
function canonicalHeaders(headers, { unsignableHeaders, signableHeaders }) {
  const isSigned = (name) =>
    signableHeaders?.has(name) || !(unsigned.has(name) || unsignableHeaders?.has(name));
  const entries = Object.entries(headers)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]) => [name.toLowerCase(), String(value).trim().replace(/\s+/g, " ")])
    .filter(([name]) => isSigned(name));
  return new Map(entries.sort(([one], [other]) => (one < other ? -1 : 1)));
}

function namesOf(headers) {
  return [...headers.keys()].join(";");
}

function hashOf({ headers, body }) {
  const name = Object.keys(headers).find((key) => key.toLowerCase() === AMZ_CONTENT_SHA256_HEADER);
  if (name !== undefined) return headers[name];
  return crypto.sha256(ArrayBuffer.isView(body) ? body.buffer : (body ?? ""), "hex");
}

/** Without what is empty, "." or "..", escaped once more. */
function escapedPath(path) {
  const kept = [];
  for (const segment of path.split("/")) {
    if (segment === "..") kept.pop();
    else if (segment !== "" && segment !== ".") kept.push(escaped(segment));
  }
  const end = kept.length > 0 && path.endsWith("/") ? "/" : "";
  return `${path.startsWith("/") ? "/" : ""}${kept.join("/")}${end}`;
}

function queryText(query) {
  return Object.entries(query)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .flatMap(([key, value]) =>
      [value]
        .flat()
        .sort()
        .map((one) => `${escaped(key)}=${escaped(String(one))}`),
    )
    .join("&");
}

function escaped(text) {
  const hex = (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(text).replace(/[!'()*]/g, hex);
}
