import {
  type Credentials,
  type Field,
  type Payload,
  presign,
  Signatures,
  type SignedRequest,
  type Signing,
  signRequest,
} from "@breakwater/s3";
import { platformHashes } from "@breakwater/s3-platform";

export interface SignedClientOptions {
  readonly url: URL;
  readonly credentials: Credentials;
  readonly nowMs: () => number;
}

export interface Sent {
  readonly query?: readonly Field[];
  readonly headers?: readonly Field[];
  readonly body?: string | Uint8Array<ArrayBuffer>;
  /** Of the body's own SHA-256 if left out. */
  readonly payload?: Payload;
}

/** Signs requests, and sends them by fetch; or hands them out for what fetch would not send. */
export class SignedClient {
  readonly #options: SignedClientOptions;
  readonly #signatures = new Signatures({ hashes: platformHashes, maxKeys: 10 });

  constructor(options: SignedClientOptions) {
    this.#options = options;
  }

  /** `path` is not encoded: "/bucket/key". */
  send(method: string, path: string, sent: Sent = {}): Promise<Response> {
    const { target, headers } = this.sign(method, path, sent);
    const { body = null } = sent;
    const unframed = headers.filter(([name]) => name !== "host" && name !== "content-length");
    const init = {
      method,
      body,
      headers: unframed.map(([name, value]): [string, string] => [name, value]),
    };
    return fetch(`${this.#options.url.origin}${target}`, init);
  }

  sign(method: string, path: string, sent: Sent = {}): SignedRequest {
    const { query = [], headers = [], body = "" } = sent;
    const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
    const hash = Buffer.from(platformHashes.sha256(bytes)).toString("hex");
    const payload: Payload = sent.payload ?? { kind: "hashed", sha256: hash };
    return signRequest(
      { method, path, query, headers: [this.#host, ...headers], payload },
      this.#signing,
    );
  }

  /** The request's head as HTTP/1.1 has it, for a bare socket. */
  head(method: string, path: string, sent: Sent = {}): string {
    const { target, headers } = this.sign(method, path, sent);
    const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`);
    return `${method} ${target} HTTP/1.1\r\n${lines.join("")}\r\n`;
  }

  presign(method: string, path: string, expiresS: number, sent: Sent = {}): string {
    const { query = [], headers = [] } = sent;
    const request = { method, path, query, headers: [this.#host, ...headers], expiresS };
    return `${this.#options.url.origin}${presign(request, this.#signing)}`;
  }

  get #host(): Field {
    return ["host", this.#options.url.host];
  }

  get #signing(): Signing {
    const { credentials, nowMs } = this.#options;
    return { credentials, region: "us-east-1", nowMs: nowMs(), signatures: this.#signatures };
  }
}
