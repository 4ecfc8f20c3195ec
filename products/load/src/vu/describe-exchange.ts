import { type Exchange, k6ErrorCode } from "@breakwater/http-client";
import type { HttpTags } from "../measure/sample-tags.ts";

/** Fills in what the answer, or its absence, says: status, protocol, error and its code. */
export function describeExchange(tags: HttpTags, exchange: Exchange): void {
  const { head, failure, tlsVersion } = exchange;
  const status = failure ? 0 : (head?.status ?? 0);
  tags.status = status;
  tags.isExpected = status >= 200 && status < 400;
  tags.proto = head ? protocols[head.minorVersion] : "";
  tags.tlsVersion = tlsVersion === undefined ? undefined : k6TlsVersion(tlsVersion);
  if (failure) {
    tags.error = failure.message;
    tags.errorCode = k6ErrorCode[failure.code];
  } else if (status >= 400) {
    // k6 gives an error code to answers of 4xx and 5xx too, without an error text.
    tags.error = "";
    tags.errorCode = 1000 + status;
  } else {
    tags.error = "";
    tags.errorCode = 0;
  }
}

/** OpenSSL's "TLSv1.3" as k6 writes it: "tls1.3". */
export function k6TlsVersion(version: string): string {
  return k6TlsVersions[version] ?? version;
}

const k6TlsVersions: Readonly<Record<string, string>> = {
  TLSv1: "tls1.0",
  "TLSv1.1": "tls1.1",
  "TLSv1.2": "tls1.2",
  "TLSv1.3": "tls1.3",
};

const protocols = { 0: "HTTP/1.0", 1: "HTTP/1.1" } as const;
