import { expect, test } from "bun:test";
import { parseS3StoreOptions, type S3StoreOptions } from "./options.ts";
import { S3StoreError } from "./s3-store-error.ts";
import { usageLines } from "./usage-lines.ts";

const keys = { accessKey: "access", secretKey: "long-secret" };

test.each<[S3StoreOptions, string]>([
  [{ dir: "" }, "Cannot store without a folder"],
  [{ dir: undefined }, "Cannot store without a folder"],
  [{ port: 65_536 }, "Cannot listen on port 65536"],
  [{ port: 1.5 }, "Cannot listen on port 1.5"],
  [{ host: "" }, 'Cannot listen on host ""'],
  [{ host: "0.0.0.0" }, 'Cannot listen on host "0.0.0.0" with keys that everybody knows'],
  [{ host: "example.test" }, "with keys that everybody knows"],
  [{ accessKey: "access" }, "Cannot use one key without the other"],
  [{ secretKey: "long-secret" }, "Cannot use one key without the other"],
  [{ ...keys, accessKey: "a/b" }, 'Cannot use access key "a/b"'],
  [{ ...keys, secretKey: "short" }, "Cannot use a secret key of 5 characters"],
  [{ durability: "some" }, 'Cannot use durability "some"'],
  [{ region: "Mars 1" }, 'Cannot use region "Mars 1"'],
  [{ domain: "a:9000" }, 'Cannot use domain "a:9000"'],
])("%j cannot be", (options, message) => {
  const parse = () => parseS3StoreOptions({ dir: "data", ...options });
  expect(parse).toThrow(S3StoreError);
  expect(parse).toThrow(message);
});

test.each(["127.0.0.1", "127.1.2.3", "::1", "localhost"])(
  "keys that everybody knows will do on %s",
  (host) => {
    const settings = parseS3StoreOptions({ dir: "data", host });
    expect(settings).toMatchObject({ hostname: host, isOpenSecret: true });
  },
);

test("keys of one's own open it to others", () => {
  const settings = parseS3StoreOptions({ dir: "data", host: "0.0.0.0", ...keys });
  expect(settings).toMatchObject({ hostname: "0.0.0.0", credentials: keys, isOpenSecret: false });
});

test("a secret that is one is not repeated", () => {
  const url = new URL("http://127.0.0.1:9000");
  const lines = (options: S3StoreOptions) =>
    usageLines(parseS3StoreOptions({ dir: "data", ...options }), url).join("\n");
  expect(lines(keys)).not.toContain("long-secret");
  expect(lines({})).toContain("AWS_SECRET_ACCESS_KEY=breakwater-secret");
});
