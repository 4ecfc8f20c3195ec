import { expect, test } from "bun:test";
import * as crypto from "node:crypto";
import { exampleSigning } from "../testing/aws-example.ts";
import { nodeHashes } from "../testing/node-hashes.ts";
import { type Field, presign, type RequestToSign, signRequest } from "./sign.ts";
import { Signatures } from "./signatures.ts";

const hashes = nodeHashes(crypto);
const signing = exampleSigning(new Signatures({ hashes, maxKeys: 4 }));
const host: Field = ["Host", "examplebucket.s3.amazonaws.com"];
const emptySha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const get: RequestToSign = {
  method: "GET",
  path: "/",
  query: [],
  headers: [host],
  payload: { kind: "hashed", sha256: emptySha256 },
};
const put: RequestToSign = {
  ...get,
  method: "PUT",
  path: "/test$file.text",
  headers: [
    host,
    ["Date", "Fri, 24 May 2013 00:00:00 GMT"],
    ["x-amz-storage-class", "REDUCED_REDUNDANCY"],
  ],
  payload: {
    kind: "hashed",
    sha256: "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
  },
};

// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
test.each<[string, RequestToSign, string]>([
  [
    "GET Object",
    { ...get, path: "/test.txt", headers: [host, ["Range", "bytes=0-9"]] },
    "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
  ],
  ["PUT Object", put, "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"],
  [
    "GET Bucket Lifecycle",
    { ...get, query: [["lifecycle", ""]] },
    "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
  ],
  [
    "GET Bucket (List Objects)",
    {
      ...get,
      query: [
        ["prefix", "J"],
        ["max-keys", "2"],
      ],
    },
    "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
  ],
])("signs AWS's example of %s as AWS does", (_name, request, signature) => {
  const { headers } = signRequest(request, signing);
  const authorization = new Map(headers).get("authorization");
  expect(authorization).toEndWith(`Signature=${signature}`);
  expect(authorization).toStartWith(
    "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, Signed",
  );
});

test("presigns AWS's example as AWS does", () => {
  // https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
  const request = { ...get, path: "/test.txt", expiresS: 86_400 };
  expect(presign(request, signing)).toBe(
    "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
  );
});

test.each([0, 1.5, 604_801, Number.NaN])("will not presign for %d seconds", (expiresS) => {
  expect(() => presign({ ...get, expiresS }, signing)).toThrow("from 1 to 604800");
});

test("encodes a key's path once, keeps its slashes, and sorts the query as encoded", () => {
  const { target } = signRequest(
    {
      ...get,
      path: "/bucket/a b//../ü!*'()+~",
      query: [
        ["b", "2"],
        ["a", "x y"],
        ["a", "+"],
      ],
    },
    signing,
  );
  expect(target).toBe("/bucket/a%20b//../%C3%BC%21%2A%27%28%29%2B~?a=%2B&a=x%20y&b=2");
});

test("keeps no more signing keys than it is told, and none twice", () => {
  let hmacs = 0;
  const counting = new Signatures({
    hashes: {
      ...hashes,
      hmacSha256: (key, bytes) => {
        hmacs += 1;
        return hashes.hmacSha256(key, bytes);
      },
    },
    maxKeys: 1,
  });
  const count = (region: string) => {
    hmacs = 0;
    signRequest(get, { ...signing, region, signatures: counting });
    return hmacs;
  };
  expect(["a", "a", "b", "a"].map(count)).toEqual([5, 1, 5, 5]);
});
