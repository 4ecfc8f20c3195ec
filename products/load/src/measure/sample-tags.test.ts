import { describe, expect, test } from "bun:test";
import {
  CheckTags,
  HttpTags,
  readTags,
  type SystemTags,
  toSystemTags,
  VuTags,
  withTags,
} from "./sample-tags.ts";

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

function vuTags(systemTags?: SystemTags): VuTags {
  const tags = new VuTags(systemTags);
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

describe("systemTags", () => {
  const all = (
    "proto subproto status method url name group check error error_code tls_version scenario " +
    "service expected_response"
  ).split(" ");

  test.each([
    ["none is the default set", []],
    ["the default set is itself, in any order", all.toReversed()],
  ])("%s: nothing is looked up", (_name, names) => {
    expect(toSystemTags(names)).toBeUndefined();
  });

  const answered = (systemTags: SystemTags): HttpTags => {
    const vu = vuTags(systemTags);
    Object.assign(vu, { vu: 3, iter: 9 });
    const request = { method: "GET", name: "n", group: "::then", status: 200, proto: "HTTP/1.1" };
    const end = { tlsVersion: "tls1.3", ip: "127.0.0.1" };
    return Object.assign(new HttpTags(vu), { ...request, ...end, own: { method: "mine" } });
  };

  test("only those that are named are on a request; what the script gives stays", () => {
    expectTags(answered(toSystemTags(["status", "group"])), {
      run: "r",
      x: "vu",
      status: "200",
      group: "::then",
      method: "mine",
    });
  });

  test("those that are not in the default set come when named", () => {
    expectTags(answered(toSystemTags(["ip", "ocsp_status", "vu", "iter"])), {
      run: "r",
      x: "vu",
      method: "mine",
      ip: "127.0.0.1",
      ocsp_status: "unknown",
      vu: "3",
      iter: "9",
    });
  });

  test("they hold for checks and for the VU's own samples", () => {
    const vu = vuTags(toSystemTags(["group", "vu"]));
    const check = Object.assign(new CheckTags(vu), { check: "c" });
    expectTags(check, { run: "r", x: "vu", group: "::g", vu: "0" });
    expectTags(vuTags(toSystemTags(["check"])), { run: "r", x: "vu" });
    const named = Object.assign(new CheckTags(vuTags(toSystemTags(["check"]))), { check: "c" });
    expectTags(named, { run: "r", x: "vu", check: "c" });
  });
});
