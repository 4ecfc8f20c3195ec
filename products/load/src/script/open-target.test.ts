import { describe, expect, test } from "bun:test";
import { fakeIo } from "../coordinator/testing/fake-io.ts";
import { exitCode, RunError } from "../exit-code.ts";
import { emptyTotals } from "../measure/measure.ts";
import { type GivenOptions, type LoadRequest, type LoadTarget, plainRequest } from "../request.ts";
import { caught } from "../vu/testing/test-user.ts";
import { openTarget } from "./open-target.ts";

const url: LoadTarget = {
  kind: "url",
  url: "http://127.0.0.1:8080/",
  method: "GET",
  headers: [],
  body: undefined,
  timeout: undefined,
};

const script = (source: string): LoadTarget => {
  return { kind: "script", path: `${import.meta.dir}/script.ts`, source };
};

interface Asked extends Partial<LoadRequest> {
  /** The command line's options. */
  readonly overrides?: GivenOptions;
}

async function open(request: Asked) {
  const log: string[] = [];
  const { overrides = {}, ...rest } = request;
  const layers = { ...plainRequest.layers, commandLine: overrides };
  const whole = { ...plainRequest, target: url, layers, ...rest };
  const onLog = (level: string, line: string): void => void log.push(`${level} ${line}`);
  const events = { onLog, onVerdict: () => {} };
  return { ...(await openTarget(whole, emptyTotals(), fakeIo(), events)), log };
}

test("a URL is a plan and a request to make over and over", async () => {
  const { plan, workload, lifecycle } = await open({
    target: { ...url, timeout: "5s" },
    overrides: { vus: 3, duration: "10s" },
  });
  expect(workload).toEqual({ ...url, timeoutMs: 5000, timeout: undefined } as never);
  expect(plan.scenarios[0]).toMatchObject({ executor: "constant-vus", vus: 3, durationMs: 10_000 });
  expect(lifecycle).toBeUndefined();
});

test("a script's options hold, but for what the command line says", async () => {
  const { plan, workload, lifecycle, log } = await open({
    target: script(`
      export const options = { vus: 7, iterations: 9, tags: { a: "s", b: "s" }, unknown: 1 };
      export default () => {};`),
    overrides: { duration: "10s", tags: { a: "c" } },
    env: { KEY: "value" },
  });
  expect(plan.scenarios[0]).toMatchObject({ executor: "constant-vus", vus: 7, durationMs: 10_000 });
  expect(plan.tags).toEqual({ a: "c" });
  expect(workload).toMatchObject({ kind: "script", env: { KEY: "value" } });
  expect(lifecycle?.functionNames).toEqual(["default"]);
  expect(log).toEqual([expect.stringMatching(/^warn .*"unknown".*is not an option/)]);
});

describe("what cannot be run is refused before anything is sent", () => {
  test.each<[string, Asked, string]>([
    ["a URL", { target: { ...url, url: "ftp://127.0.0.1/" } }, "only http and https"],
    ["a method", { target: { ...url, method: "GET IT" } }, 'Cannot send the method "GET IT"'],
    [
      "a header",
      { target: { ...url, headers: [["A", "b\r\nC: d"]] } },
      "Cannot send the value of A",
    ],
    ["a timeout", { target: { ...url, timeout: "soon" } }, 'Cannot read "soon" as a duration'],
    ["a rate", { rate: "fast" }, '"fast"'],
    ["an option", { overrides: { vus: 0 } }, "vus"],
    [
      "an option of the script",
      { target: script(`export const options = { vus: "many" }; export default () => {}`) },
      "vus",
    ],
    [
      "a script without the function",
      {
        target: script(`
          export const options = { scenarios: {
            a: { executor: "per-vu-iterations", exec: "buy" },
            b: { executor: "per-vu-iterations" } } };
          export function sell() {}`),
      },
      'scenario a: the script exports no function "buy"; it exports sell\n' +
        'scenario b: the script exports no function "default"; it exports sell',
    ],
    [
      "a script without any",
      { target: script("export const a = 1;") },
      'scenario default: the script exports no function "default"; it exports none',
    ],
    [
      "certificates",
      { caFile: "/no/such/ca.pem" },
      'Cannot read the certificates in "/no/such/ca.pem": ENOENT; give a PEM file',
    ],
  ])("%s", async (_name, request, message) => {
    const error = (await caught(open(request))) as RunError;
    expect(error).toBeInstanceOf(RunError);
    expect([error.exitCode, error.message]).toEqual([
      exitCode.invalidConfig,
      expect.stringContaining(message),
    ]);
  });
});
