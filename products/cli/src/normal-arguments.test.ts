import { expect, test } from "bun:test";
import { normalArguments } from "./normal-arguments.ts";

test.each<[string, string]>([
  ["run -u=5 -d=1s a.js", "run -u 5 -d 1s a.js"],
  ["run -e=A=b a.js", "run -e A=b a.js"],
  ["run --http-debug a.js", "run --http-debug=headers a.js"],
  ["run --http-debug=full a.js", "run --http-debug=full a.js"],
  ["run --throw=true --linger=1 a.js", "run --throw --linger a.js"],
  ["run --throw=false --no-setup=0 a.js", "run a.js"],
  ["run --include-system-env-vars=false a.js", "run --no-include-system-env-vars a.js"],
  ["run --include-system-env-vars=true a.js", "run --include-system-env-vars a.js"],
  ["run --user-agent=true a.js", "run --user-agent=true a.js"],
  ["run --stage=1s:1 -- --throw=false", "run --stage=1s:1 -- --throw=false"],
  ["", ""],
])("%s is understood as %s", (given, want) => {
  expect(normalArguments(given.split(" ")).join(" ")).toBe(want);
});
