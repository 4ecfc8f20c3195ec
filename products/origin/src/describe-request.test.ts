import { expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import { fakeExchange } from "@breakwater/http-server/testing";
import { described, describer } from "./describe-request.ts";
import { noBody, readBody } from "./read-body.ts";

const describe = describer({ clock: new FakeClock(), myHostname: "here" });

test("a request is described under the keys of the seed's server, in their order", async () => {
  const clock = new FakeClock();
  await clock.advanceTo(12.3456);
  const exchange = fakeExchange({
    method: "PUT",
    target: "/a?b=c",
    headers: [
      ["Content-Type", "text/plain"],
      ["X-Twice", "1"],
      ["1", "a header's name may be a number"],
      ["x-twice", "2"],
      ["__proto__", '"quoted"'],
    ],
  });
  const body = { text: "grüß", bytes: 6, isCut: false };
  const json = describer({ clock, myHostname: "here" })(exchange, body, {
    statusCode: 202,
    startedMs: 2,
    more: { status_message: "Accepted", tries: 1 },
  });
  expect(json).toBe(
    [
      '{"_myhostname":"here","uri":"/a?b=c","method":"PUT","headers":{"Content-Type":"text/plain",',
      '"X-Twice":"1, 2","1":"a header\'s name may be a number","__proto__":"\\"quoted\\""},',
      '"content_type":"text/plain","body":"grüß","body_size":6,"source_addr":"192.0.2.7:40312",',
      '"destination_addr":"192.0.2.1:8080","duration_ms":10.346,"status_code":202,',
      '"status_message":"Accepted","tries":1}',
    ].join(""),
  );
});

test("a body of more than a MiB is described by its first MiB and its whole length", () => {
  const parts = Array.from({ length: 3 }, () => new Uint8Array(1_000_000).fill(0x78));
  const exchange = fakeExchange({ body: parts });
  let json = "";
  readBody(exchange, described, (body) => {
    json = describe(exchange, body, { statusCode: 200, startedMs: 0 });
  });
  const description = JSON.parse(json);
  expect(description.body).toBe("x".repeat(2 ** 20));
  expect(json).toContain('"body_size":3000000,"body_truncated":true,"source_addr"');
});

test.each(['/"}\n', "/\u00fc\u0000", "//x/../y?a=b?c#d"])(
  "the target %j stays as sent",
  (target) => {
    const json = describe(fakeExchange({ target }), noBody, { statusCode: 200, startedMs: 0 });
    expect(JSON.parse(json)).toMatchObject({ uri: target, headers: {}, body: "", body_size: 0 });
  },
);

test("requests that share a head share nothing else", () => {
  const exchange = fakeExchange({ target: "/a", headers: [["a", "b"]] });
  const first = describe(exchange, noBody, { statusCode: 200, startedMs: 0 });
  const body = { text: "x", bytes: 1, isCut: false };
  const second = describe(
    { ...exchange, connection: { source: "s", destination: "d", isTls: false } },
    body,
    { statusCode: 201, startedMs: 0 },
  );
  expect(JSON.parse(first)).toMatchObject({ uri: "/a", body: "", source_addr: "192.0.2.7:40312" });
  expect(JSON.parse(second)).toMatchObject({
    uri: "/a",
    headers: { a: "b" },
    body: "x",
    source_addr: "s",
    destination_addr: "d",
    status_code: 201,
  });
});
