import http from "k6/http";
import { AWSError, Endpoint, InvalidSignatureError, SignatureV4 } from "./aws-signature.js";

// What the clients of jslib's "aws" share.

export class InvalidAWSConfigError extends Error {
  name = "InvalidAWSConfigError";
}

/** Whose requests they are, and where they go. */
export class AWSConfig {
  constructor({ region, accessKeyId, secretAccessKey, sessionToken, endpoint }) {
    if (!region) throw new InvalidAWSConfigError("Cannot use AWS without a region: give its name");
    assertKey("access key id", accessKeyId);
    assertKey("secret access key", secretAccessKey);
    Object.assign(this, { region, accessKeyId, secretAccessKey, sessionToken });
    this.endpoint = typeof endpoint === "string" ? new Endpoint(endpoint) : endpoint;
  }

  /** From AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN. */
  static fromEnvironment(options = {}) {
    return new AWSConfig({
      region: __ENV.AWS_REGION,
      accessKeyId: __ENV.AWS_ACCESS_KEY_ID,
      secretAccessKey: __ENV.AWS_SECRET_ACCESS_KEY,
      sessionToken: __ENV.AWS_SESSION_TOKEN,
      ...options,
    });
  }
}

function assertKey(name, value = "") {
  if (value.length >= 16 && value.length <= 128) return;
  throw new InvalidAWSConfigError(
    `Cannot use an AWS ${name} of ${value.length} characters: it has 16 to 128`,
  );
}

/** Sends one service's requests. */
export class ServiceClient {
  constructor(config, { service, ...signing }) {
    const { accessKeyId, secretAccessKey, sessionToken, region } = config;
    const credentials = { accessKeyId, secretAccessKey, sessionToken };
    const host = `https://${service}.${region}.amazonaws.com`;
    this.endpoint = config.endpoint ?? new Endpoint(host);
    this.signature = new SignatureV4({ service, region, credentials, ...signing });
  }

  async send(request, params = {}) {
    const signed = this.signature.sign({ headers: {}, path: "/", ...request });
    const body = signed.body ?? null;
    return await http.asyncRequest(signed.method, signed.url, body, {
      ...params,
      headers: signed.headers,
    });
  }
}

/** Sends requests of AWS's JSON protocols: `target` is "AmazonSQS", `version` "1.0" or "1.1". */
export class JsonClient {
  #client;
  #options;

  constructor(config, { target, version, ServiceError, ...signing }) {
    this.#client = new ServiceClient(config, signing);
    this.#options = { target, version, ServiceError };
  }

  get endpoint() {
    return this.#client.endpoint;
  }

  /** What the service answers; undefined for nothing. */
  async call(operation, body) {
    const { target, version, ServiceError } = this.#options;
    const response = await this.#client.send({
      method: "POST",
      endpoint: this.endpoint,
      headers: {
        "Content-Type": `application/x-amz-json-${version}`,
        "X-Amz-Target": `${target}.${operation}`,
      },
      body: JSON.stringify(body),
    });
    assertAnswered(response, { operation, ServiceError });
    return response.body ? response.json() : undefined;
  }
}

/** Throws what an answer of 4xx or 5xx, or none at all, means. */
export function assertAnswered(response, { operation, ServiceError }) {
  if (response.error_code === 0) return;
  const { __type, message, Message } = tryJson(response) ?? {};
  const type = String(__type ?? response.headers?.["X-Amzn-Errortype"] ?? "")
    .split("#")
    .at(-1);
  const text = Message ?? message ?? (type || response.error || `status ${response.status}`);
  if (type === "InvalidSignatureException") throw new InvalidSignatureError(text, type);
  throw new ServiceError(text, type || "InternalServiceError", operation);
}

function tryJson(response) {
  try {
    return response.json();
  } catch {
    return undefined;
  }
}

/** The error class of a service: with `code` and `operation`. */
export function serviceErrorOf(name) {
  return class ServiceError extends AWSError {
    constructor(message, code, operation) {
      super(message, code);
      this.name = name;
      this.operation = operation;
    }
  };
}
