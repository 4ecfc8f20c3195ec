import { expect, test } from "bun:test";
import { fakeExchange } from "@breakwater/http-server/testing";
import { conditionsOf, isRangeWanted } from "./conditions.ts";

const validators = { etag: '"a"', lastModified: "Thu, 01 Jan 2026 00:00:00 GMT" };
const before = "Wed, 31 Dec 2025 23:59:59 GMT";
const same = validators.lastModified;

test.each([
  [{}, "send"],
  [{ "If-None-Match": '"a"' }, "not_modified"],
  [{ "If-None-Match": 'W/"a"' }, "not_modified"],
  [{ "If-None-Match": '"b", "a"' }, "not_modified"],
  [{ "If-None-Match": "*" }, "not_modified"],
  [{ "If-None-Match": '"b"' }, "send"],
  [{ "If-None-Match": "a" }, "send"],
  [{ "If-None-Match": '"b"', "If-Modified-Since": same }, "send"],
  [{ "If-Modified-Since": same }, "not_modified"],
  [{ "If-Modified-Since": "Thursday, 01-Jan-26 00:00:00 GMT" }, "not_modified"],
  [{ "If-Modified-Since": "Thu Jan  1 00:00:00 2026" }, "not_modified"],
  [{ "If-Modified-Since": before }, "send"],
  [{ "If-Modified-Since": "yesterday" }, "send"],
  [{ "If-Match": '"a"' }, "send"],
  [{ "If-Match": "*" }, "send"],
  [{ "If-Match": 'W/"a"' }, "failed"],
  [{ "If-Match": '"b"' }, "failed"],
  [{ "If-Match": '"a"', "If-None-Match": '"a"' }, "not_modified"],
  [{ "If-Unmodified-Since": same }, "send"],
  [{ "If-Unmodified-Since": before }, "failed"],
  [{ "If-Unmodified-Since": "soon" }, "send"],
  [{ "If-Match": '"a"', "If-Unmodified-Since": before }, "send"],
])("to GET with %j it says %s", (headers, verdict) => {
  const { request } = fakeExchange({ headers: Object.entries(headers) });
  expect(conditionsOf(request, validators)).toBe(verdict as never);
});

test.each([
  [{ "If-None-Match": '"a"' }, "failed"],
  [{ "If-Modified-Since": same }, "send"],
])("to PUT with %j it says %s", (headers, verdict) => {
  const { request } = fakeExchange({ method: "PUT", headers: Object.entries(headers) });
  expect(conditionsOf(request, validators)).toBe(verdict as never);
});

test("what has no date is neither older nor newer than one", () => {
  const headers = [["If-Modified-Since", same]] as const;
  expect(conditionsOf(fakeExchange({ headers }).request, { etag: '"a"' })).toBe("send");
});

test.each([
  ['"a"', true],
  [same, true],
  ['W/"a"', false],
  ['"b"', false],
  [before, false],
])("If-Range: %s", (value, isWanted) => {
  const { request } = fakeExchange({ headers: [["If-Range", value]] });
  expect(isRangeWanted(request, validators)).toBe(isWanted);
});
