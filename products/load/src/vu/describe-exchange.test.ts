import { expect, test } from "bun:test";
import type { Exchange, Failure } from "@breakwater/http-client";
import { HttpTags, VuTags } from "../measure/sample-tags.ts";
import { describeExchange, k6TlsVersion } from "./describe-exchange.ts";

interface Answer {
  readonly status?: number;
  readonly minorVersion?: 0 | 1;
  readonly failure?: Failure;
  readonly tlsVersion?: string;
}

/** What the tags say of one exchange after another: nothing of an earlier one may stay. */
function tagsAfter(...answers: readonly Answer[]): Readonly<Record<string, string>> {
  const tags = new HttpTags(new VuTags());
  for (const { status, minorVersion = 1, failure, tlsVersion } of answers) {
    const head = status === undefined ? undefined : { status, minorVersion };
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
    { status: 399, minorVersion: 0, tlsVersion: "TLSv1.3" },
    { status: "399", proto: "HTTP/1.0", expected_response: "true", tls_version: "tls1.3" },
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
  expect(tagsAfter({ failure: reset, tlsVersion: "TLSv1.2" }, { status: 500 }, answer)).toEqual(
    wanted,
  );
});

test.each([
  ["TLSv1", "tls1.0"],
  ["TLSv1.2", "tls1.2"],
  ["TLSv9", "TLSv9"],
])("%s is k6's %s", (version, wanted) => {
  expect(k6TlsVersion(version)).toBe(wanted);
});
