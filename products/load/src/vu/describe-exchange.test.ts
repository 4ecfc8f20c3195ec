import { expect, test } from "bun:test";
import type { Exchange, Failure } from "@breakwater/http-client";
import { HttpTags, VuTags } from "../measure/sample-tags.ts";
import { describeExchange } from "./describe-exchange.ts";

interface Answer {
  readonly status?: number;
  readonly protocol?: string;
  readonly failure?: Failure;
  readonly tlsVersion?: string;
}

/** What the tags say of one exchange after another: nothing of an earlier one may stay. */
function tagsAfter(...answers: readonly Answer[]): Readonly<Record<string, string>> {
  const tags = new HttpTags(new VuTags());
  for (const { status, protocol = "HTTP/1.1", failure, tlsVersion } of answers) {
    const head = status === undefined ? undefined : { status, protocol };
    describeExchange(tags, { head, failure, tlsVersion } as Exchange);
  }
  const { group: _group, method: _method, name: _name, url: _url, ...said } = tags.all();
  return said;
}

const reset: Failure = { code: "reset", message: "reset by the peer" };

test.each<[string, Answer, Record<string, string>]>([
  ["answered", { status: 200 }, { status: "200", proto: "HTTP/1.1", expected_response: "true" }],
  [
    "answered in HTTP/1.0 over TLS",
    { status: 399, protocol: "HTTP/1.0", tlsVersion: "tls1.3" },
    { status: "399", proto: "HTTP/1.0", expected_response: "true", tls_version: "tls1.3" },
  ],
  [
    "reset by an HTTP/2 server",
    { failure: { code: "http2_stream", message: "refused", http2Code: 7 } },
    { status: "0", expected_response: "false", error: "refused", error_code: "1638" },
  ],
  [
    "refused",
    { status: 429 },
    { status: "429", proto: "HTTP/1.1", expected_response: "false", error_code: "1429" },
  ],
  [
    "not answered",
    { failure: reset },
    { status: "0", expected_response: "false", error: reset.message, error_code: "1220" },
  ],
  [
    "answered in part",
    { status: 200, failure: reset },
    {
      status: "0",
      proto: "HTTP/1.1",
      expected_response: "false",
      error: reset.message,
      error_code: "1220",
    },
  ],
])("a request that was %s", (_name, answer, wanted) => {
  expect(tagsAfter(answer)).toEqual(wanted);
  expect(tagsAfter({ failure: reset, tlsVersion: "tls1.2" }, { status: 500 }, answer)).toEqual(
    wanted,
  );
});
