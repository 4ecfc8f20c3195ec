import { expect, test } from "bun:test";
import type { TagSource } from "@breakwater/metrics";
import { BurstCache } from "./burst-cache.ts";

/** Tags that are filled in anew, as a VU's are. */
function reused() {
  const values: Record<string, string> = { name: "a", group: "", status: "200" };
  const source: TagSource = { tag: (name) => values[name], all: () => values };
  return { values, source };
}

function counting() {
  let made = 0;
  const cache = new BurstCache((tags) => {
    made += 1;
    return tags.tag("status");
  });
  return { cache, made: () => made };
}

test("the samples of one request read their tags once", () => {
  const { cache, made } = counting();
  const { source } = reused();
  for (const metric of ["http_reqs", "http_req_failed", "http_req_duration"]) {
    expect(cache.of(metric, source, 1)).toBe("200");
  }
  expect(made()).toBe(1);
});

test.each([
  ["the next request of the same VU", { status: "404" }, 2, "http_req_duration"],
  ["one of a batch that ended with it", { status: "404" }, 1, "http_reqs"],
  ["another name", { status: "404", name: "b" }, 1, "http_req_duration"],
  ["another group", { status: "404", group: "::g" }, 1, "http_req_duration"],
])("%s has its own tags", (_name, change, timeMs, metric) => {
  const { cache } = counting();
  const { source, values } = reused();
  cache.of("http_reqs", source, 1);
  Object.assign(values, change);
  expect(cache.of(metric, source, timeMs)).toBe("404");
});

test("another source has its own tags, and a cleared cache makes anew", () => {
  const { cache, made } = counting();
  cache.of("a_b", reused().source, 1);
  const { source } = reused();
  cache.of("c_d", source, 1);
  cache.clear();
  cache.of("e_f", source, 1);
  expect(made()).toBe(3);
});
