import { expect, test } from "bun:test";
import type { Field } from "@breakwater/wire";
import { PreparedAnswer } from "../prepared-answer.ts";
import type { ExchangeContract, OpenStage } from "./exchange-stage.ts";

/** Answers as they reach the client. */
export function testAnswers({ isExact }: ExchangeContract, stage: OpenStage): void {
  const text: readonly Field[] = [["content-type", "text/plain"]];

  test.each([
    ["text", "héllo"],
    ["bytes", new Uint8Array(Buffer.from("héllo"))],
  ])("respond() with %s has its status, fields, length and body", async (_what, body) => {
    const fields: readonly Field[] = [...text, ["x-a", "1"], ["x-a", "2"]];
    await using on = stage((exchange) => exchange.respond({ status: 201, fields, body }));
    const response = await on.send("/");
    expect([response.status, await response.text()]).toEqual([201, "héllo"]);
    expect(response.headers.get("content-type")).toBe("text/plain");
    expect(response.headers.get("content-length")).toBe("6");
    expect(response.headers.get("x-a")).toBe("1, 2");
    expect(Date.parse(response.headers.get("date")!)).toBeGreaterThan(0);
  });

  test.each(["text", "bytes"])("nothing says what %s without a content type is", async (what) => {
    const body = what === "text" ? "{}" : Buffer.from("{}");
    await using on = stage((exchange) => exchange.respond({ status: 200, body }));
    const { headers } = await on.send("/");
    expect([headers.get("content-type"), headers.get("content-length")]).toEqual([null, "2"]);
  });

  test("respond() without a body has a length of 0", async () => {
    await using on = stage((exchange) => exchange.respond({ status: 404 }));
    const response = await on.send("/");
    expect([response.status, await response.text()]).toEqual([404, ""]);
    expect(response.headers.get("content-length") ?? "0").toBe("0");
  });

  test("HEAD has the length and no body", async () => {
    await using on = stage((exchange) => exchange.respond({ status: 200, body: "hello" }));
    const response = await on.send("/", { method: "HEAD" });
    expect([response.headers.get("content-length"), await response.text()]).toEqual(["5", ""]);
  });

  test.each([204, 304])("%d has neither body nor length", async (status) => {
    await using on = stage((exchange) => exchange.respond({ status, body: "left out" }));
    const response = await on.send("/");
    expect([response.status, await response.text()]).toEqual([status, ""]);
    expect(response.headers.get("content-length")).toBeNull();
  });

  test("304 and HEAD have the length that the handler gives", async () => {
    const fields: readonly Field[] = [["content-length", "77"]];
    await using on = stage((exchange) => exchange.respond({ status: 304, fields }));
    expect((await on.send("/")).headers.get("content-length")).toBe("77");
  });

  test("a prepared answer is the same each time, and has no body for HEAD", async () => {
    const answer = new PreparedAnswer({ status: 200, fields: text, body: "prepared" });
    await using on = stage((exchange) => exchange.respond(answer));
    for (const method of ["GET", "GET", "HEAD", "POST"]) {
      const response = await on.send("/", { method });
      const { headers } = response;
      expect([headers.get("content-length"), headers.get("content-type")]).toEqual([
        "8",
        "text/plain",
      ]);
      expect(await response.text()).toBe(method === "HEAD" ? "" : "prepared");
    }
  });

  test("a second answer is ignored", async () => {
    await using on = stage((exchange) => {
      exchange.respond({ status: 200, body: "first" });
      exchange.respond({ status: 500, body: "second" });
      exchange.begin({ status: 500 }).end();
      exchange.reset();
    });
    const response = await on.send("/");
    expect([response.status, await response.text()]).toEqual([200, "first"]);
    expect((await on.record()).status).toBe(200);
  });

  test.each([5, undefined])("begin() with a length of %p has the whole body", async (length) => {
    await using on = stage((exchange) => {
      const body = exchange.begin({ status: 200, fields: text, contentLength: length });
      body.write(Buffer.from("he"));
      queueMicrotask(() => {
        body.write(Buffer.from("llo"));
        body.end();
        body.write(Buffer.from("ignored"));
      });
    });
    const response = await on.send("/");
    expect([response.status, await response.text()]).toEqual([200, "hello"]);
    const want = length === undefined ? null : "5";
    const told = response.headers.get("content-length");
    expect(isExact ? told : want).toBe(want);
    expect(response.headers.get("content-type")).toBe("text/plain");
  });

  test("begin() for HEAD sends nothing of the body", async () => {
    await using on = stage((exchange) => {
      const body = exchange.begin({ status: 200, contentLength: 5 });
      body.write(Buffer.from("hello"));
      body.end();
    });
    const response = await on.send("/", { method: "HEAD" });
    expect([response.headers.get("content-length"), await response.text()]).toEqual(["5", ""]);
    expect((await on.record()).isAborted).toBe(false);
  });
}
