import type { CookieJar } from "./cookie-jar.ts";
import type { ExpectedStatuses } from "./expected-statuses.ts";

/** k6's request params, and `firstByteTimeout` and `http`, which are ours. */
export interface RequestParams {
  readonly headers?: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
  readonly cookies?: Readonly<Record<string, string | { value: string; replace?: boolean }>>;
  readonly jar?: CookieJar;
  /** Name and password are the URL's. Those that are neither are sent as "basic" anyway. */
  readonly auth?: "basic" | "digest" | "ntlm";
  /** ms, or a duration such as "30s", for the call with its redirects; 60 s when not given. */
  readonly timeout?: number | string;
  /** ms until the first byte of the answer; as long as the whole request when not given. */
  readonly firstByteTimeout?: number | string;
  readonly redirects?: number;
  readonly compression?: string;
  readonly throw?: boolean;
  readonly responseType?: "text" | "binary" | "none";
  /** null: nothing counts as failed. */
  readonly responseCallback?: ExpectedStatuses | null;
  /** The HTTP version; the run's option `http` when not given. */
  readonly http?: "1" | "2" | "3";
}
