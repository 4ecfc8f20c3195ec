import { expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import { ask, jsonOf } from "../testing/ask.ts";
import { testDescriber } from "../testing/test-describer.ts";
import { upload } from "./upload.ts";

const handler = upload({ describe: testDescriber(), clock: new FakeClock() });

test.each(["PUT", "POST", "PATCH"])("%s is counted and forgotten", (method) => {
  const part = new Uint8Array(1_000_000).fill(0x78);
  const exchange = ask(handler, { method, target: "/upload", body: [part, part, part] });
  const description = JSON.parse(exchange.text());
  expect(description).toMatchObject({ method, uri: "/upload", body: "", body_size: 3_000_000 });
  expect(description).not.toHaveProperty("body_truncated");
  expect(Object.entries(description).at(-1)).toEqual(["bytes_received", 3_000_000]);
});

test("no body is no bytes", () => {
  expect(jsonOf(ask(handler))).toMatchObject({ status_code: 200, bytes_received: 0 });
});
