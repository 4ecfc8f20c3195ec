import { type Exchange, k6ErrorCodeOf } from "@breakwater/http-client";
import type { HttpTags } from "../measure/sample-tags.ts";

/** Fills in what the answer, or its absence, says: status, protocol, error and its code. */
export function describeExchange(tags: HttpTags, exchange: Exchange): void {
  const { head, failure, tlsVersion } = exchange;
  const status = failure ? 0 : (head?.status ?? 0);
  tags.status = status;
  tags.isExpected = status >= 200 && status < 400;
  tags.ip = exchange.remoteAddress ?? "";
  tags.proto = head?.protocol ?? "";
  tags.tlsVersion = tlsVersion;
  if (failure) {
    tags.error = failure.message;
    tags.errorCode = k6ErrorCodeOf(failure);
  } else if (status >= 400) {
    // k6 gives an error code to answers of 4xx and 5xx too, without an error text.
    tags.error = "";
    tags.errorCode = 1000 + status;
  } else {
    tags.error = "";
    tags.errorCode = 0;
  }
}
