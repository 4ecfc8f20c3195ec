import { systemClock } from "@breakwater/system-clock";
import { type TestUser, type TestUserOptions, testUser } from "../../../vu/testing/test-user.ts";
import type { BatchResult } from "../batch.ts";
import type { FileData } from "../body.ts";
import type { CookieJar } from "../cookie-jar.ts";
import type { ExpectedStatuses } from "../expected-statuses.ts";
import { createK6Http } from "../k6-http.ts";
import type { HttpResponse } from "../response.ts";
import type { NamedUrl } from "../url-template.ts";

type Url = string | URL | NamedUrl;
type Send = (url: Url, body?: unknown, params?: unknown) => Promise<HttpResponse>;
type SendAs = (method: string, url: Url, body?: unknown, params?: unknown) => Promise<HttpResponse>;

/** k6/http as tests call it: also with what it has to refuse. */
export interface K6Http {
  get(url: unknown, params?: unknown, surplus?: unknown): Promise<HttpResponse>;
  readonly head: K6Http["get"];
  readonly post: Send;
  readonly put: Send;
  readonly patch: Send;
  readonly del: Send;
  readonly options: Send;
  readonly request: SendAs;
  readonly asyncRequest: SendAs;
  readonly batch: (...requests: unknown[]) => Promise<BatchResult>;
  readonly cookieJar: () => CookieJar;
  readonly CookieJar: new () => CookieJar;
  readonly file: (data: unknown, filename?: string, contentType?: string) => FileData;
  readonly url: (parts: TemplateStringsArray, ...pieces: unknown[]) => NamedUrl;
  readonly expectedStatuses: (...statuses: unknown[]) => ExpectedStatuses;
  readonly setResponseCallback: (callback: unknown) => void;
  readonly TLS_1_3: string;
}

export interface K6Script extends Disposable {
  readonly vu: TestUser;
  readonly http: K6Http;
  /** Runs one iteration and gives what `run` gave; rejects with what it threw. */
  run<T>(run: (http: K6Http) => T | Promise<T>): Promise<T>;
  /** The tags of the requests so far. */
  requestTags(): readonly Readonly<Record<string, string>>[];
}

/** A VU whose script, the test itself, has imported k6/http. */
export function k6Script(options: Partial<TestUserOptions> = {}): K6Script {
  const vu = testUser({ clock: systemClock(), ...options });
  const http = createK6Http(vu.user) as K6Http;
  return {
    vu,
    http,
    run: (run) => vu.inside(() => run(http)),
    requestTags: () => {
      return vu.samples.filter(({ name }) => name === "http_reqs").map(({ tags }) => tags);
    },
    [Symbol.dispose]: () => vu[Symbol.dispose](),
  };
}
