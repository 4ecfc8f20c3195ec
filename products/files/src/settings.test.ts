import { expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import { readSettings } from "./settings.ts";
import { storeOptions } from "./store/store-options.ts";
import { settingsOf } from "./testing/files-service.ts";

function read(flags: readonly string[], environment: Record<string, string> = {}) {
  return readSettings({ arguments: flags, environment, readFile: () => "" });
}

test("the original's environment is understood", () => {
  const result = read([], {
    BUCKET_NAME: "b",
    REGION: "eu-west-1",
    AWS_ACCESS_KEY_ID: "id",
    AWS_SECRET_ACCESS_KEY: "secret",
    DOWNLOAD_URL_TIME_LIMIT: "300",
    PAGINATION_PAGE_SIZE: "50",
    PORT: "9000",
    ENABLE_PROFILING: "yes",
    DISABLE_RATE_LIMITER: "TRUE",
    AWS_ENDPOINT_URL_S3: "https://fly.storage.tigris.dev",
  });
  expect(result).toMatchObject({
    kind: "config",
    config: {
      settings: {
        bucketName: "b",
        region: "eu-west-1",
        awsAccessKeyId: "id",
        awsSecretAccessKey: "secret",
        downloadUrlTimeLimit: 18_000_000,
        paginationPageSize: 50,
        port: 9000,
        enableProfiling: true,
        disableRateLimiter: true,
        awsEndpointUrlS3: "https://fly.storage.tigris.dev",
      },
    },
  });
});

test("without anything it is what the original was without anything", () => {
  expect(read([])).toMatchObject({
    config: {
      settings: {
        port: 8080,
        downloadUrlTimeLimit: 900_000,
        paginationPageSize: 100,
        rateLimit: "10/s",
        rateBurst: 30,
        disableRateLimiter: false,
        enableProfiling: false,
        compat: false,
      },
    },
  });
});

test.each([
  [["--download-url-time-limit", "8d"], "must be 1s to 7d, or a number of minutes"],
  [["--download-url-time-limit", "0"], "must be 1s to 7d, or a number of minutes"],
  [["--download-url-time-limit", "soon"], "must be 1s to 7d, or a number of minutes"],
  [["--list-ttl", "5s"], "list-ttl"],
  [["--list-ttl", "31s"], "list-ttl"],
  [["--rate-limit", "fast"], 'such as "10/s"'],
  [["--aws-access-key-id", "a"], "belong together"],
  [["--jwt-secret", "short"], "jwt-secret"],
  [["--jwt-secret", "x".repeat(32), "--jwt-keys-url", "http://a.test"], "set only one"],
  [["--public-url", "ftp://a"], "public-url"],
  [["--api-keys", '[{"key":"12345678","owner":"a","scopes":["fly"]}]'], "api-keys"],
  [["--api-keys", '[{"key":"12345678","owner":"a","scopes":["read"],"tenant":".."}]'], "api-keys"],
])("%p is told what would do", (flags, sentence) => {
  const result = read(flags);
  const mistakes = result.kind === "mistakes" ? result.mistakes : [];
  expect(mistakes).toHaveLength(1);
  expect(mistakes[0]).toContain(sentence);
});

test("the service's own names win over those of S3's tools", () => {
  const own = { BUCKET_NAME: "a", REGION: "eu-west-1" };
  const result = read([], { ...own, S3_BUCKET: "b", AWS_REGION: "us-east-1" });
  const settings = result.kind === "config" ? result.config.settings : settingsOf();
  const { bucket, region } = storeOptions(settings, new FakeClock());
  expect([bucket, region]).toEqual(["a", "eu-west-1"]);
});

test("what is secret is not printed", () => {
  const key = '[{"key":"very-secret-key","owner":"a","scopes":["read"]}]';
  const flags = ["--print-config", "--api-keys", key, "--jwt-secret", "y".repeat(32)];
  const result = read(flags);
  const text = result.kind === "text" ? result.text : "";
  expect(text).toContain("port");
  expect(text).not.toContain("very-secret-key");
  expect(text).not.toContain("yyyy");
});
