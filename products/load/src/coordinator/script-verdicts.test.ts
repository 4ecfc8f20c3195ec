import { expect, test } from "bun:test";
import { exitCode } from "../exit-code.ts";
import { ScriptVerdicts } from "./script-verdicts.ts";

test("the first end is told once, whether it comes before or after somebody listens", () => {
  const early = new ScriptVerdicts(() => {});
  early.tell({ kind: "abort", message: "first" });
  early.tell({ kind: "abort", message: "second" });
  const late = new ScriptVerdicts(() => {});
  const heard: unknown[] = [];
  for (const verdicts of [early, late]) verdicts.listen((end) => heard.push(end));
  late.end({ exitCode: exitCode.stoppedByRest, reason: "third" });
  late.tell({ kind: "abort", message: "fourth" });
  expect(heard).toEqual([
    { exitCode: exitCode.scriptAborted, reason: "first" },
    { exitCode: exitCode.stoppedByRest, reason: "third" },
  ]);
});

test("a failure ends nothing", () => {
  const heard: unknown[] = [];
  const verdicts = new ScriptVerdicts((message) => heard.push(message));
  verdicts.listen((end) => heard.push(end));
  expect(verdicts.hasFailed).toBe(false);
  verdicts.tell({ kind: "fail", message: "too slow" });
  expect(verdicts.hasFailed).toBe(true);
  expect(heard).toEqual(["too slow"]);
});
