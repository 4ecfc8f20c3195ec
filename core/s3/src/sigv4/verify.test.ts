import { describe, expect, test } from "bun:test";
import * as crypto from "node:crypto";
import fc from "fast-check";
import { tryAmzDate } from "../calendar.ts";
import { parseRequest } from "../request.ts";
import { S3Error } from "../s3-error.ts";
import { exampleSigning } from "../testing/aws-example.ts";
import { nodeHashes } from "../testing/node-hashes.ts";
import { findParameter, parseQuery } from "../uri.ts";
import { headersOf } from "./canonical-request.ts";
import { type Field, presign, type RequestToSign, signRequest } from "./sign.ts";
import { Signatures } from "./signatures.ts";
import { verifyRequest } from "./verify.ts";

const signatures = new Signatures({ hashes: nodeHashes(crypto), maxKeys: 4 });
const signing = exampleSigning(signatures);
const { nowMs } = signing;
const host: Field = ["host", "s3.example:9000"];
const get: RequestToSign = {
  method: "GET",
  path: "/bucket/key",
  query: [],
  headers: [host],
  payload: { kind: "unsigned" },
};

interface Sent {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly Field[];
}

const signed = (request: RequestToSign): Sent => ({
  method: request.method,
  ...signRequest(request, signing),
});

const presigned = (expiresS: number): Sent => ({
  method: "GET",
  target: presign({ ...get, expiresS }, signing),
  headers: [host],
});

/** "ok", or the code of the refusal. */
function verdict(sent: Sent, { atMs = nowMs, region = undefined as string | undefined } = {}) {
  const { method, target, headers } = sent;
  const result = verifyRequest(parseRequest({ method, target, headers: headersOf(headers) }), {
    nowMs: atMs,
    region,
    signatures,
    findSecretKey: (key) =>
      key === signing.credentials.accessKey ? signing.credentials.secretKey : undefined,
  });
  return result instanceof S3Error ? `${result.code}: ${result.message}` : "ok";
}

const without = ({ headers, ...rest }: Sent, name: string): Sent => ({
  ...rest,
  headers: headers.filter(([has]) => has !== name),
});

const replaced = (sent: Sent, name: string, change: (value: string) => string): Sent => ({
  ...sent,
  headers: sent.headers.map(([has, value]) => [has, has === name ? change(value) : value]),
});

const authorization = (change: (value: string) => string) =>
  replaced(signed(get), "authorization", change);

const minute = 60_000;

describe("verifyRequest", () => {
  test.each<[string, Sent, number, string]>([
    ["a signed one", signed(get), 0, "ok"],
    ["one 15 minutes old", signed(get), 15 * minute, "ok"],
    ["one from 15 minutes ahead", signed(get), -15 * minute, "ok"],
    ["an older one", signed(get), 15 * minute + 1, "RequestTimeTooSkewed"],
    ["one from further ahead", signed(get), -15 * minute - 1, "RequestTimeTooSkewed"],
    ["a presigned one at its end", presigned(60), minute, "ok"],
    ["an expired one", presigned(60), minute + 1, "AccessDenied: Request has expired"],
    ["one not yet valid", presigned(60), -16 * minute, "AccessDenied: Request is not yet valid"],
    ["an anonymous one", without(signed(get), "authorization"), 0, "AccessDenied: Access Denied"],
    [
      "one of an unknown key",
      authorization((text) => text.replace("AKIA", "AKIB")),
      0,
      "InvalidAccessKeyId",
    ],
    ["signature version 2", authorization(() => "AWS AKIA:sig"), 0, "InvalidRequest"],
    [
      "a credential of another day",
      authorization((text) => text.replace("20130524", "20130523")),
      0,
      "AuthorizationHeaderMalformed",
    ],
    [
      "a scope of another service",
      authorization((text) => text.replace("/s3/", "/ec2/")),
      0,
      "AuthorizationHeaderMalformed",
    ],
    [
      "one that does not sign the host",
      authorization((text) => text.replace("host;", "")),
      0,
      "AuthorizationHeaderMalformed",
    ],
    [
      "headers out of order",
      authorization((text) =>
        text.replace("host;x-amz-content-sha256", "x-amz-content-sha256;host"),
      ),
      0,
      "AuthorizationHeaderMalformed",
    ],
    [
      "a signature of 63 digits",
      authorization((text) => text.slice(0, -1)),
      0,
      "AuthorizationHeaderMalformed",
    ],
    ["no date", without(signed(get), "x-amz-date"), 0, "AccessDenied: AWS authentication requires"],
    ["no payload", without(signed(get), "x-amz-content-sha256"), 0, "InvalidRequest: Missing"],
    [
      "a payload that is none",
      replaced(signed(get), "x-amz-content-sha256", () => "SIGNED"),
      0,
      "InvalidArgument",
    ],
    [
      "a payload that is a property of all objects",
      replaced(signed(get), "x-amz-content-sha256", () => "constructor"),
      0,
      "InvalidArgument",
    ],
    [
      "an unsigned x-amz header",
      { ...signed(get), headers: [...signed(get).headers, ["x-amz-meta-a", "1"]] },
      0,
      "AccessDenied: There were headers present in the request which were not signed",
    ],
    [
      "both ways at once",
      { ...presigned(60), headers: signed(get).headers },
      0,
      "InvalidArgument: Only one",
    ],
    ...(["0", "604801", "-1", "1e3", "x", ""] as const).map(
      (expires): [string, Sent, number, string] => [
        `X-Amz-Expires of "${expires}"`,
        {
          ...presigned(60),
          target: presigned(60).target.replace("Expires=60", `Expires=${expires}`),
        },
        0,
        "AuthorizationQueryParametersError",
      ],
    ),
    [
      "a longer life than was signed",
      { ...presigned(60), target: presigned(60).target.replace("Expires=60", "Expires=61") },
      0,
      "SignatureDoesNotMatch",
    ],
    [
      "no signature in the query",
      { ...presigned(60), target: presigned(60).target.replace(/&X-Amz-Signature=.*/, "") },
      0,
      "AuthorizationQueryParametersError",
    ],
  ])("judges %s", (_name, sent, laterMs, want) => {
    expect(verdict(sent, { atMs: nowMs + laterMs })).toStartWith(want);
  });

  test("takes one region only where it is told so", () => {
    expect(verdict(signed(get), { region: "us-east-1" })).toBe("ok");
    expect(verdict(signed(get), { region: "auto" })).toStartWith("AuthorizationHeaderMalformed");
    expect(verdict(presigned(1), { region: "auto" })).toContain("expecting 'auto'");
  });

  test.each(["a b/ü+!*'()&=%?😀.txt", "a/../b", "plain"])("takes Bun's own URL of %s", (key) => {
    const client = new Bun.S3Client({
      accessKeyId: signing.credentials.accessKey,
      secretAccessKey: signing.credentials.secretKey,
      bucket: "bucket",
      endpoint: "http://s3.example:9000",
    });
    const url = client.presign(key, { expiresIn: 60 });
    const sent: Sent = {
      method: "GET",
      target: url.replace("http://s3.example:9000", ""),
      headers: [host],
    };
    const signedAt = findParameter(parseQuery(url.split("?")[1]!), "X-Amz-Date");
    expect(verdict(sent, { atMs: tryAmzDate(signedAt!)! })).toBe("ok");
  });

  const text = fc.string({ unit: "binary", maxLength: 20 });
  const requests = fc.record({
    method: fc.constantFrom("GET", "PUT", "HEAD", "DELETE"),
    path: text.map((key) => `/bucket/${key}`),
    query: fc.uniqueArray(fc.tuple(text, text), { selector: ([name]) => name, maxLength: 4 }),
    meta: fc.stringMatching(/^[!-~]([ -~]{0,20}[!-~])?$/),
  });

  test("what was signed verifies, and nothing else with the same signature", () => {
    fc.assert(
      fc.property(requests, ({ meta, ...request }) => {
        const sent = signed({ ...get, ...request, headers: [host, ["x-amz-meta-a", meta]] });
        expect(verdict(sent)).toBe("ok");
        const [path, query = ""] = sent.target.split("?");
        const changed: Sent[] = [
          { ...sent, method: "POST" },
          { ...sent, target: `${path}x?${query}` },
          { ...sent, target: `${path}?${query}&zz=1` },
          { ...sent, target: `${path}/?${query}` },
          replaced(sent, "host", (value) => `${value}1`),
          replaced(sent, "x-amz-meta-a", (value) => `${value}.`),
          replaced(sent, "x-amz-content-sha256", () => "0".repeat(64)),
          replaced(sent, "x-amz-date", () => "20130524T000001Z"),
          replaced(sent, "authorization", (value) => value.replace("us-east-1", "us-east-2")),
          without(sent, "x-amz-meta-a"),
        ];
        expect(changed.map((one) => verdict(one).split(":")[0])).toEqual(
          changed.map(() => "SignatureDoesNotMatch"),
        );
      }),
      { numRuns: 60 },
    );
  });
});
