import type { VuContext } from "../../vu/vu-context.ts";
import type { ExpectedStatuses } from "./expected-statuses.ts";
import type { RequestParams } from "./params.ts";
import type { HttpResponse } from "./response.ts";

/** A VU's way to make HTTP calls: our own module's, or k6's. */
export interface Caller {
  readonly vu: VuContext;
  /** Where a call does not say: null counts nothing as failed. */
  readonly expected: ExpectedStatuses | null;
  /**
   * k6's way with arguments that make no request: a failed response and a line, unless the option
   * `throw` is set. Otherwise they are thrown.
   */
  readonly isLenient: boolean;
  /** For what responses ask for: the next form or link. */
  send(
    method: string,
    url: string,
    body: Readonly<Record<string, unknown>> | undefined,
    params: RequestParams | null | undefined,
  ): Promise<HttpResponse>;
}
