import { describe, expect, test } from "bun:test";
import { CheckTags, HttpTags, readTags, VuTags, withTags } from "./sample-tags.ts";

describe("readTags", () => {
  test("does not copy tags that are text", () => {
    const tags = { a: "1" };
    expect(readTags(tags)).toBe(tags);
  });

  test.each([
    ["nothing", undefined, undefined],
    ["null", null, undefined],
    ["numbers and booleans", { n: 1.5, b: false, s: "x" }, { n: "1.5", b: "false", s: "x" }],
  ])("%s", (_name, given, wanted) => {
    expect(readTags(given)).toEqual(wanted);
  });

  test.each([
    ["x", "Cannot use x as tags: give an object of names and values"],
    [{ a: null }, 'Cannot use the value of tag "a": give text, a number or a boolean'],
    [{ a: {} }, 'Cannot use the value of tag "a": give text, a number or a boolean'],
  ])("%p is refused", (given, message) => {
    expect(() => readTags(given)).toThrow(new TypeError(message));
  });
});

/** Every tag that a sample has is found by its name, and no other. */
function expectTags(source: { tag(name: string): string | undefined; all(): object }, all: object) {
  expect(source.all()).toEqual(all);
  for (const [name, value] of Object.entries(all)) expect(source.tag(name)).toBe(value);
  expect(source.tag("none")).toBeUndefined();
}

function vuTags(): VuTags {
  const tags = new VuTags();
  tags.base = { run: "r", x: "vu" };
  tags.scenario = "s";
  tags.group = "::g";
  return tags;
}

describe("the tags of a sample", () => {
  test("of a VU are the run's, the scenario and the group", () => {
    expectTags(vuTags(), { run: "r", x: "vu", scenario: "s", group: "::g" });
  });

  test("of setup have no scenario", () => {
    const tags = new VuTags();
    tags.group = "::setup";
    expectTags(tags, { group: "::setup" });
    expect(tags.tag("scenario")).toBeUndefined();
  });

  test("given by the script win over the VU's", () => {
    const own = withTags(vuTags(), { x: "own", y: "1" });
    expectTags(own, { run: "r", x: "own", y: "1", scenario: "s", group: "::g" });
  });

  test("of a check have its name", () => {
    const tags = new CheckTags(vuTags());
    tags.check = "is up";
    tags.own = { x: "own", check: "not this" };
    expectTags(tags, { run: "r", x: "own", scenario: "s", group: "::g", check: "is up" });
  });

  test("of a request say what was asked for, and in which group", () => {
    const tags = new HttpTags(vuTags());
    tags.method = "GET";
    tags.name = "http://a/";
    tags.group = "::then";
    tags.status = 200;
    tags.proto = "HTTP/1.1";
    expectTags(tags, {
      run: "r",
      x: "vu",
      scenario: "s",
      group: "::then",
      method: "GET",
      url: "http://a/",
      name: "http://a/",
      status: "200",
      proto: "HTTP/1.1",
      expected_response: "true",
    });
  });

  test("of a failed request say why; what the script says of that counts for nothing", () => {
    const tags = new HttpTags(vuTags());
    tags.own = { status: "mine", error: "mine", group: "mine", tls_version: "mine" };
    Object.assign(tags, { isExpected: false, error: "refused", errorCode: 1212 });
    expect(tags.all()).toMatchObject({
      status: "0",
      error: "refused",
      error_code: "1212",
      expected_response: "false",
      group: "mine",
      tls_version: "mine",
    });
    for (const [name, value] of Object.entries(tags.all())) expect(tags.tag(name)).toBe(value);
  });
});
