import type { CookieJar } from "tough-cookie";

/** k6's request params. */
export interface RequestParams {
  readonly headers?: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
  readonly cookies?: Readonly<Record<string, string | { value: string; replace?: boolean }>>;
  readonly jar?: CookieJar;
  /** ms, or a duration such as "30s", for the call with its redirects; 60 s when not given. */
  readonly timeout?: number | string;
  /** ms until the first byte of the answer; as long as the whole request when not given. */
  readonly firstByteTimeout?: number | string;
  readonly redirects?: number;
  readonly compression?: string;
  readonly throw?: boolean;
  readonly responseType?: "text" | "binary" | "none";
}
