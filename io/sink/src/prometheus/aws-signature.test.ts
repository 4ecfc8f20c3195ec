import { expect, test } from "bun:test";
import { awsSignature } from "./aws-signature.ts";

// The keys and signatures of AWS's own test suite: "post-vanilla" and "post-vanilla-query".
const keys = {
  region: "us-east-1",
  accessKey: "AKIDEXAMPLE",
  secretKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
};

test.each([
  [
    "https://example.amazonaws.com/",
    "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
  ],
  [
    "https://example.amazonaws.com/?Param1=value1",
    "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11",
  ],
])("POST %s", (url, signature) => {
  const unixMs = Date.UTC(2015, 7, 30, 12, 36);
  const body = new Uint8Array();
  expect(awsSignature(keys, { service: "service", url, body, unixMs })).toEqual({
    "X-Amz-Date": "20150830T123600Z",
    Authorization: `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=${signature}`,
  });
});
