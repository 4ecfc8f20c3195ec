import { test } from "bun:test";
import { createHash } from "node:crypto";
import { compare } from "../../../tools/compare.ts";
import { s3ObjectStore } from "./s3-object-store.ts";
import { testOptions } from "./testing/test-store.ts";

/** In production a URL is signed in under 10 µs: as the store hands out thousands of them. */
test("bench: a presigned URL, against twenty SHA-256 of its length", () => {
  const store = s3ObjectStore(testOptions({ epochMs: () => 1_700_000_000_000 }));
  const options = { method: "GET", expiresS: 3600 } as const;
  const text = "x".repeat(400);
  compare("presign", [
    {
      name: "presign",
      run: (times) => {
        for (let index = 0; index < times; index += 1)
          store.presign(`folder/${index}.txt`, options);
        return 0;
      },
    },
    {
      name: "twenty hashes",
      run: (times) => {
        for (let index = 0; index < times * 20; index += 1) {
          createHash("sha256").update(text).digest("hex");
        }
        return 0;
      },
    },
  ]);
});
