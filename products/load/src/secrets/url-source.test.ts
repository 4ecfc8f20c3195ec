import { expect, test } from "bun:test";
import { sleepUntil } from "@breakwater/clock";
import { FakeClock } from "@breakwater/clock/testing";
import { systemClock } from "@breakwater/system-clock";
import { caught, messageOf } from "../vu/testing/test-user.ts";
import { SecretSources } from "./secret-sources.ts";
import { readUrlConfig } from "./url-config.ts";

const template = "urlTemplate=http://vault.test/{key}";

function readConfig(
  config: string,
  env: Readonly<Record<string, string>> = {},
  file: Readonly<Record<string, unknown>> = {},
) {
  return readUrlConfig(config, env, () => JSON.stringify(file));
}

test("what is not given has k6's defaults", () => {
  expect(readConfig(template)).toEqual({
    urlTemplate: "http://vault.test/{key}",
    method: "GET",
    headers: {},
    responsePath: "",
    timeoutMs: 30_000,
    maxRetries: 3,
    retryBackoffMs: 1000,
    requestsPerMinuteLimit: 300,
    requestsBurst: 10,
  });
});

test("the line goes before its file, and that before the environment", () => {
  const env = {
    K6_SECRET_SOURCE_URL_URL_TEMPLATE: "http://env.test/{key}",
    K6_SECRET_SOURCE_URL_METHOD: "POST",
    K6_SECRET_SOURCE_URL_RESPONSE_PATH: "env",
    K6_SECRET_SOURCE_URL_TIMEOUT: "5s",
    K6_SECRET_SOURCE_URL_MAX_RETRIES: "1",
    K6_SECRET_SOURCE_URL_RETRY_BACKOFF: "200ms",
    K6_SECRET_SOURCE_URL_REQUESTS_PER_MINUTE_LIMIT: "60",
    K6_SECRET_SOURCE_URL_REQUESTS_BURST: "2",
    K6_SECRET_SOURCE_URL_HEADER_AUTHORIZATION: "env",
  };
  const fromEnv = {
    urlTemplate: "http://env.test/{key}",
    method: "POST",
    headers: { AUTHORIZATION: "env" },
    responsePath: "env",
    timeoutMs: 5000,
    maxRetries: 1,
    retryBackoffMs: 200,
    requestsPerMinuteLimit: 60,
    requestsBurst: 2,
  };
  expect(readConfig("", env)).toEqual(fromEnv);
  const file = { method: "PUT", timeout: "7s", maxRetries: 0, headers: { "X-From": "file" } };
  expect(readConfig("config=c.json,timeout=9s", env, file)).toEqual({
    ...fromEnv,
    method: "PUT",
    timeoutMs: 9000,
    maxRetries: 0,
    headers: { "X-From": "file" },
  });
  const line = "config=c.json,headers.A=1,headers.B=x=y";
  expect(readConfig(line, env, file).headers).toEqual({ A: "1", B: "x=y" });
});

test.each<[string, string]>([
  ["urlTemplate=http://vault.test/", 'urlTemplate "http://vault.test/" is no absolute URL with'],
  ["urlTemplate=vault/{key}", 'urlTemplate "vault/{key}" is no absolute URL with {key}'],
  [`${template},timeout=0`, "timeout 0 is too short"],
  [`${template},timeout=x`, "x"],
  [`${template},maxRetries=x`, "maxRetries x does not do; give a whole number from 0"],
  [`${template},requestsBurst=0`, "requestsBurst 0 does not do; give a whole number from 1"],
  [`${template},foo=5`, 'it has no setting "foo"; give urlTemplate, method'],
  [`${template},foo`, '"foo" has no "="; give key=value'],
])("%s is refused", async (config, message) => {
  expect(messageOf(await caught(() => readConfig(config)))).toContain(message);
});

type Answer = (request: Request, count: number) => Response | Promise<Response>;

/** A source on this machine, and what it was asked. */
function vault(answer: Answer, config = "", clock = systemClock()) {
  const asked: { method: string; path: string; token: string | null }[] = [];
  const server = Bun.serve({
    port: 0,
    fetch: (request) => {
      // Bun forgets what a request was once it is answered.
      const { method, url, headers } = request;
      asked.push({ method, path: new URL(url).pathname, token: headers.get("x-token") });
      return answer(request, asked.length);
    },
  });
  const line = `url=urlTemplate=${server.url}secrets/{key}/data${config}`;
  const sources = new SecretSources({
    lines: [line],
    env: {},
    clock,
    random: () => 0,
    readFile: () => "",
  });
  return {
    asked,
    sources,
    get: (key: string) => sources.source().get(key),
    [Symbol.asyncDispose]: () => server.stop(true),
  };
}

test("a secret is the answer's body", async () => {
  await using at = vault(() => new Response("sësame"), ",method=POST,headers.X-Token=t1");
  expect(await at.get("door")).toBe("sësame");
  expect(at.asked).toEqual([{ method: "POST", path: "/secrets/door/data", token: "t1" }]);
  expect(at.sources.redact("a sësame b")).toBe("a ***SECRET_REDACTED*** b");
});

test("or what stands at a path in it", async () => {
  const body = { data: { list: [{ value: "v" }] } };
  await using at = vault(() => Response.json(body), ",responsePath=data.list.0.value");
  expect(await at.get("k")).toBe("v");
});

test("each key is asked for once, by however many", async () => {
  await using at = vault((request) => new Response(new URL(request.url).pathname));
  const values = await Promise.all(["a", "b", "a"].map(at.get));
  expect(values).toEqual(["/secrets/a/data", "/secrets/b/data", "/secrets/a/data"]);
  expect(await at.get("a")).toBe("/secrets/a/data");
  expect(at.asked.length).toBe(2);
});

const quick = ",retryBackoff=1ms";

test.each([429, 500, 503])("after status %p it is tried again", async (status) => {
  const answer: Answer = (_request, count) =>
    count < 3 ? new Response("", { status }) : new Response("v");
  await using at = vault(answer, quick);
  expect(await at.get("k")).toBe("v");
  expect(at.asked.length).toBe(3);
});

test.each<[string, Answer, string, string, number]>([
  [
    "a status that will not change",
    () => new Response("", { status: 404 }),
    "",
    "the answer's status is 404",
    1,
  ],
  [
    "one that does not change",
    () => new Response("", { status: 500 }),
    ",maxRetries=2",
    "the answer's status is 500",
    3,
  ],
  ["no JSON", () => new Response("v"), ",responsePath=a", "the answer is not JSON; leave out", 1],
  [
    "nothing there",
    () => Response.json({ b: "v" }),
    ",responsePath=a",
    "the answer has no text at a",
    1,
  ],
  ["no text", () => Response.json({ a: 5 }), ",responsePath=a", "the answer has no text at a", 1],
  [
    "too much",
    () => new Response("x".repeat(24 * 1024 + 1)),
    "",
    "the answer has more than 24576 bytes",
    1,
  ],
  ["no answer", () => new Promise(() => {}), ",timeout=20ms,maxRetries=1", "no answer in 20 ms", 2],
])("%s rejects", async (_name, answer, config, message, times) => {
  await using at = vault(answer, quick + config);
  expect(messageOf(await caught(at.get("k")))).toStartWith(`Cannot get the secret "k": ${message}`);
  expect(at.asked.length).toBe(times);
});

test("what failed is asked for again when it is wanted again", async () => {
  const answer: Answer = (_request, count) =>
    count === 1 ? new Response("", { status: 404 }) : new Response("v");
  await using at = vault(answer);
  expect(await caught(at.get("k"))).toBeInstanceOf(TypeError);
  expect(await at.get("k")).toBe("v");
});

test("no more requests are made in a minute than configured", async () => {
  const clock = new FakeClock();
  const config = ",requestsPerMinuteLimit=60,requestsBurst=2";
  const seen = Promise.withResolvers<void>();
  const answer: Answer = (request, count) => {
    if (count === 2) seen.resolve();
    return new Response(new URL(request.url).pathname);
  };
  await using at = vault(answer, config, clock);
  const wanted = ["a", "b", "c"].map(at.get);
  await Promise.all(wanted.slice(0, 2));
  await seen.promise;
  await clock.advanceTo(999);
  await sleepUntil(systemClock(), 0);
  expect(at.asked.length).toBe(2);
  await clock.advanceTo(1000);
  expect(await wanted[2]).toBe("/secrets/c/data");
});
