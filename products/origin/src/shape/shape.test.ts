import { expect, test } from "bun:test";
import { ParameterError } from "../parameter.ts";
import { parseQueryShape, parseShape } from "./shape.ts";

test("all words can be said at once", () => {
  const text =
    "delay=50; bandwidth=1M/s; upload=10K; error=503:0.1; fault=truncate(at=1K, how=reset):0.05; seed=7";
  expect(parseShape(text)).toEqual({
    delay: expect.any(Function),
    bandwidth: 2 ** 20,
    upload: 10_240,
    error: { status: 503, rate: 0.1 },
    fault: { fault: expect.objectContaining({ kind: "truncate" }), rate: 0.05 },
    seed: 7,
  });
});

test("nothing said is nothing done, and without a rate it is always", () => {
  expect(parseShape("")).toEqual({});
  expect(parseShape(" ; error=500;")).toEqual({ error: { status: 500, rate: 1 } });
  expect(parseShape("fault=reset").fault?.rate).toBe(1);
});

test("none takes back what was said before", () => {
  const before = parseShape("delay=50; error=503");
  expect({ ...before, ...parseShape("delay=none;error=none") }).toEqual({
    delay: undefined,
    error: undefined,
  });
});

test("a query says the same, and what else it says is its own", () => {
  const shape = parseQueryShape("size=5&delay=normal%2850,10%29&fault=stall(for=1s):0.5&x");
  expect(shape).toEqual({
    delay: expect.any(Function),
    fault: { fault: expect.objectContaining({ kind: "stall" }), rate: 0.5 },
  });
  expect(parseQueryShape("delay=x&error=500", ["delay"])).toEqual({
    error: { status: 500, rate: 1 },
  });
});

test.each([
  ["speed=1", "delay, bandwidth, upload, error, fault, seed"],
  ["delay", "delay, bandwidth"],
  ["toString=1", "delay, bandwidth"],
  ["delay=soon", "normal(50,10)"],
  ["bandwidth=0", "from 1 to"],
  ["bandwidth=-1", "from 1 to"],
  ["bandwidth=NaN", "from 1 to"],
  ["upload=2T", "from 1 to"],
  ["error=200", "from 400 to 599"],
  ["error=600:0.1", "from 400 to 599"],
  ["error=oops", "from 400 to 599"],
  ["error=503:1.1", "from 0 to 1"],
  ["error=503:", "from 0 to 1"],
  ["error=503:NaN", "from 0 to 1"],
  ["fault=explode", "reset, close, truncate"],
  ["fault=reset:2", "from 0 to 1"],
  ["fault=reset(at=1)", "left out"],
  ["fault=truncate(to=1)", "at, how"],
  ["fault=truncate(at=-1)", "from 0"],
  ["fault=truncate(how=gently)", "close or reset"],
  ["fault=truncate(at=1", "truncate(at=100):0.05"],
  ["fault=stall(for=2h)", "3600000 ms"],
  ["fault=garbage(bytes=2M)", "1048576"],
  ["fault=wrong-length(by=1.5)", "whole number"],
  ["fault=early(status=200)", "400 to 599"],
  ["seed=-1", "from 0 to 4294967295"],
  ["seed=4294967296", "from 0 to 4294967295"],
])("%s is refused with what would do", (text, wanted) => {
  let error: unknown;
  try {
    parseShape(text);
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(ParameterError);
  expect(error).toMatchObject({ message: expect.stringContaining(wanted) });
});
