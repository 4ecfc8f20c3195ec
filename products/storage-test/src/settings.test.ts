import { describe, expect, test } from "bun:test";
import { storageSettings } from "./settings.ts";
import { StorageTestError } from "./storage-test-error.ts";

const seed = {
  AWS_ENDPOINT_URL_S3: "https://fly.storage.tigris.dev",
  AWS_ACCESS_KEY_ID: "id",
  AWS_SECRET_ACCESS_KEY: "secret",
  S3_BUCKET: "bucket",
};

describe("where the store is", () => {
  test("the variables of the seed are enough; the region is auto", () => {
    expect(storageSettings({}, seed)).toEqual({
      ...{ endpoint: "https://fly.storage.tigris.dev", bucket: "bucket", region: "auto" },
      credentials: { accessKey: "id", secretKey: "secret" },
      ...{ addressing: "path", verifyTls: true, payload: "unsigned" },
    });
  });

  test("flags win over variables, and the variable for S3 over that for all of AWS", () => {
    const variables = { ...seed, AWS_ENDPOINT_URL: "https://other.test", AWS_REGION: "fra" };
    const flags = { bucket: "mine", addressing: "virtual", insecure: true, "sign-payload": true };
    expect(storageSettings(flags, variables)).toMatchObject({
      ...{ endpoint: "https://fly.storage.tigris.dev", bucket: "mine", region: "fra" },
      ...{ addressing: "virtual", verifyTls: false, payload: "signed" },
    });
  });

  test.each([
    ["AWS_ENDPOINT_URL_S3", "set AWS_ENDPOINT_URL_S3 or give --endpoint, such as https://fly.stor"],
    ["AWS_ACCESS_KEY_ID", "its access key: set AWS_ACCESS_KEY_ID or give --access-key"],
    ["AWS_SECRET_ACCESS_KEY", "its secret key: set AWS_SECRET_ACCESS_KEY or give --secret-key"],
    ["S3_BUCKET", "its bucket: set S3_BUCKET or give --bucket"],
  ])("without %s it says what to set", (name, sentence) => {
    // What is set to nothing is not set.
    expect(refused({}, { ...seed, [name]: "" })).toContain(sentence);
  });

  test.each([
    [{ endpoint: "localhost:9000" }, 'Cannot use the endpoint "localhost:9000": give a URL such'],
    [{ endpoint: "ftp://a" }, 'Cannot use the endpoint "ftp://a"'],
    [{ addressing: "dns" }, 'Cannot use --addressing "dns": write path or virtual'],
  ])("%j is refused", (fields, sentence) => {
    expect(refused(fields, seed)).toContain(sentence);
  });
});

function refused(fields: Record<string, string>, variables: Record<string, string>): string {
  try {
    storageSettings(fields, variables);
  } catch (error) {
    expect(error).toBeInstanceOf(StorageTestError);
    return String(error);
  }
  return "";
}
