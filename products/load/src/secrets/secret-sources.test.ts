import { expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import { exitCode, RunError } from "../exit-code.ts";
import { caught, messageOf } from "../vu/testing/test-user.ts";
import { REDACTED, SecretSources, sourceLines } from "./secret-sources.ts";

const files: Readonly<Record<string, string>> = {
  "ok.secret": "k1=v1\r\nk2=v=2\n\n k3 = sp \n",
  "bad.secret": "k1=v1\nno value here\n",
};

function sourcesOf(...lines: string[]): SecretSources {
  return new SecretSources({
    lines,
    env: {},
    clock: new FakeClock(),
    random: () => 0,
    readFile: (path) => {
      const text = files[path];
      if (text === undefined) throw new Error(`there is no file ${path}`);
      return text;
    },
  });
}

// The same lines on k6 v2.2.0 give the same values.
test.each<[string[], string | undefined, string, string]>([
  [["mock=k1=v1,k2=v=2,e="], undefined, "k1", "v1"],
  [["mock=k1=v1,k2=v=2,e="], undefined, "k2", "v=2"],
  [["mock=k1=v1,k2=v=2,e="], "default", "e", ""],
  [["mock=k1=v1"], "mock", "k1", "v1"],
  [["mock=name=mine,k1=v1"], undefined, "k1", "v1"],
  [["mock=name=mine,k1=v1"], "mine", "k1", "v1"],
  [["mock=name=a,k1=v1", "mock=name=b,default,k1=o1"], undefined, "k1", "o1"],
  [["mock=name=a,k1=v1", "mock=name=b,default,k1=o1"], "a", "k1", "v1"],
  [["file=ok.secret"], undefined, "k1", "v1"],
  [["file=ok.secret"], undefined, "k2", "v=2"],
  [["file=ok.secret"], undefined, " k3 ", " sp "],
  [["file=filename=ok.secret,name=mine"], "mine", "k1", "v1"],
])("%p: the source %p has at %p %p", async (lines, name, key, value) => {
  expect(
    await sourcesOf(...lines)
      .source(name)
      .get(key),
  ).toBe(value);
});

test("a key that a source does not have rejects", async () => {
  const sources = sourcesOf("mock=k1=v1");
  expect(messageOf(await caught(sources.source().get("nope")))).toBe(
    'Cannot get the secret "nope": the source mock does not have it',
  );
});

test.each<[string[], string | undefined, string]>([
  [[], undefined, "Cannot get secrets from a default source: there are none; give --secret-source"],
  [["mock=a=b"], "x", 'Cannot get secrets from the source "x": there is none of that name'],
  [["mock=name=a,k=v", "file=ok.secret"], undefined, "Cannot get secrets from a default source"],
])("of %p there is no source %p", (lines, name, message) => {
  expect(() => sourcesOf(...lines).source(name)).toThrow(message);
});

test.each<[string[], string]>([
  [[""], 'Cannot use --secret-source=: there is no source of type ""; give one of mock, file, url'],
  [["cloud"], 'Cannot use --secret-source=cloud: there is no source of type "cloud"; give one'],
  [["mock"], 'its entry 1 has no "="; give key=value'],
  [["mock=a=b,c"], 'its entry 2 has no "="; give key=value'],
  [["mock=k=a", "mock=k=b"], "another is called mock already"],
  [["mock=name=a,default,k=a", "mock=name=b,default,k=b"], "another is the default already"],
  [["file"], "it names no file; give file=path"],
  [["file=x=1"], 'it has no setting "x"; give filename=path'],
  [["file=missing"], "Cannot use --secret-source=file=missing: there is no file missing"],
  [["file=bad.secret"], 'its entry 2 has no "="; give key=value'],
  [["url"], 'urlTemplate "" is no absolute URL with {key}'],
])("%p cannot be used", async (lines, message) => {
  const error = await caught(() => sourcesOf(...lines));
  expect(error).toBeInstanceOf(RunError);
  expect((error as RunError).exitCode).toBe(exitCode.invalidConfig);
  expect(messageOf(error)).toContain(message);
});

test("what was handed out is not seen in any text, all else is", async () => {
  const sources = sourcesOf("mock=a=v1,b=v1+(more),c= ,d=never");
  const text = "v1 v1+(more) xxv1xx never ";
  expect(sources.redact(text)).toBe(text);
  for (const key of ["a", "b", "c", "a"]) await sources.source().get(key);
  expect(sources.redact(text)).toBe(`${REDACTED} ${REDACTED} xx${REDACTED}xx never `);
});

test("the flags go before the variable", () => {
  const env = { K6_SECRET_SOURCE: "mock=k1=env" };
  expect(sourceLines([], env)).toEqual(["mock=k1=env"]);
  expect(sourceLines(["file=a", "url"], env)).toEqual(["file=a", "url"]);
  expect(sourceLines([], {})).toEqual([]);
});

test("no more than a thousand secrets are handed out", async () => {
  const pairs = Array.from({ length: 1001 }, (_, index) => `k${index}=v${index}`);
  const source = sourcesOf(`mock=${pairs.join(",")}`).source();
  for (let index = 0; index < 1000; index += 1) await source.get(`k${index}`);
  expect(messageOf(await caught(source.get("k1000")))).toBe(
    "Cannot hand out more than 1000 secrets",
  );
});
