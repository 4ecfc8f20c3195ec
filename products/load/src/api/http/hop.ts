import type { EncodedBody } from "./body.ts";
import type { RequestParams } from "./params.ts";
import type { CachedUrl } from "./request-cache.ts";

/** What one request of a call sends: a call's redirects and its authentication take several. */
export interface Hop {
  readonly method: string;
  readonly url: CachedUrl;
  readonly urlText: string;
  readonly body: EncodedBody | undefined;
  readonly params: RequestParams;
  /** In place of the URL's name and password: null for nothing at all. */
  readonly authorization?: string | null;
}
