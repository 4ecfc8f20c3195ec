import type { Field, ReceivedRequest } from "@breakwater/wire";

/** A request as Bun hands it over: its URL is normalised, its header names in lower case. */
export class Http3Request implements ReceivedRequest {
  readonly protocol = "HTTP/3.0";
  readonly method: string;
  readonly target: string;
  readonly path: string;
  readonly query: string;
  readonly authority: string;
  readonly contentLength: number | undefined;
  readonly hasBody: boolean;
  memo: unknown;
  readonly #headers: Headers;

  constructor({ method, url, headers, body }: Request) {
    const afterScheme = url.indexOf("://") + "://".length;
    this.method = method;
    this.target = url.slice(url.indexOf("/", afterScheme));
    const [path = "/", ...query] = this.target.split("?");
    this.path = path;
    this.query = query.join("?");
    this.authority = headers.get("host") ?? "";
    const length = headers.get("content-length");
    this.contentLength = length === null ? undefined : Number(length);
    this.hasBody = body !== null;
    this.#headers = headers;
  }

  headers(): readonly Field[] {
    // The Host is what Bun made of the pseudo-field :authority.
    return [...this.#headers].filter(([name]) => name !== "host");
  }

  header(lowerCaseName: string): string | undefined {
    return this.#headers.get(lowerCaseName) ?? undefined;
  }
}
