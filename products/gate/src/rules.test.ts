import { describe, expect, test } from "bun:test";
import { fakeExchange } from "@breakwater/http-server/testing";
import { pathLabels, type Rule, rulebook, tryParseMatch } from "./rules.ts";

function fits(match: string, target: string, more: Parameters<typeof fakeExchange>[0] = {}) {
  const rules = [{ match: tryParseMatch(match)!, bypass: true }];
  return rulebook(rules)(fakeExchange({ target, ...more }).request).bypass;
}

describe("a rule fits", () => {
  const gold = [["X-Tier", "gold"]] as const;
  test.each([
    ["/health", "/health", {}, true],
    ["/health", "/health?full=1", {}, true],
    ["/health", "/health/", {}, false],
    ["/health", "/Health", {}, false],
    ["/api/*", "/api/users/1", {}, true],
    ["/api/*", "/api/", {}, true],
    ["/api/*", "/api", {}, false],
    ["/*", "/", {}, true],
    ["POST /api/*", "/api/users", { method: "POST" }, true],
    ["POST /api/*", "/api/users", {}, false],
    ["header:x-tier=gold", "/", { headers: gold }, true],
    ["header:X-TIER", "/", { headers: gold }, true],
    ["header:x-tier=silver", "/", { headers: gold }, false],
    ["header:x-tier", "/", {}, false],
    ["GET /a header:x-tier=gold", "/a", { headers: gold }, true],
    ["GET /a header:x-tier=gold", "/b", { headers: gold }, false],
  ])("%j, %j %j: %p", (match, target, more, want) => {
    expect(fits(match, target, more)).toBe(want);
  });

  // A service that resolves these would answer what the rule was not meant for.
  test.each([
    "/public/../admin",
    "/public/./../admin",
    "/public/..",
    "/public/..;/admin",
    "/public//../admin",
    "/public/%2e%2e/admin",
    "/public/%2E./admin",
    "/public/..%2fadmin",
    "/public/..\\admin",
    "/public/a%5c..%5cadmin",
  ])("no whole folder that %j walks out of", (target) => {
    expect(fits("/public/*", target)).toBe(false);
  });
});

test("in each respect the first rule that says anything of it holds", () => {
  const rules: readonly Rule[] = [
    { match: { path: "/a" }, partition: "first" },
    { match: { path: "/*" }, priority: 3, partition: "second" },
    { match: {}, priority: 7, stream: true },
  ];
  const treatment = rulebook(rules)(fakeExchange({ target: "/a" }).request);
  expect(treatment).toEqual({ bypass: false, stream: true, priority: 3, partition: "first" });
});

test.each([
  ["/api/admin/x", "/api/admin/*"],
  ["/api/x", "/api/*"],
  ["/health", "/health"],
  ["/api/../health", "other"],
  ["/", "other"],
])("of the rules' paths, %j is %j", (path, label) => {
  const matches = ["GET /api/admin/*", "header:x", "POST /api/*", "/health", "/health"];
  const rules = matches.map((match) => ({ match: tryParseMatch(match)!, bypass: true }));
  expect(pathLabels(rules)(path)).toBe(label);
});
