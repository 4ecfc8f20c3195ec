import { expect, test } from "bun:test";
import fc from "fast-check";
import { z } from "zod";
import { readService, readWith, settingsIn } from "./testing/service-schema.ts";

test("what nothing sets is as the schema has it, and what is optional is not there", () => {
  expect(settingsIn(readService({}))).toEqual({
    port: 8080,
    observe: false,
    compress: true,
    maxBody: 1_048_576,
    workers: "auto",
    logLevel: "info",
    origins: [],
    tiers: {},
    rules: [],
    db: { maxOpen: 25, idleTime: 600_000 },
  });
});

test.each([
  [["--port", "80"], { port: 80 }],
  [["--port=80", "--port=81"], { port: 81 }],
  [["--observe"], { observe: true }],
  [["--observe=off", "--no-compress"], { observe: false, compress: false }],
  [["--max-body", "10K"], { maxBody: 10_240 }],
  [["--workers", "4"], { workers: 4 }],
  [["--workers", "auto"], { workers: "auto" }],
  [["--origins", "a, b", "--origins=c"], { origins: ["a", "b", "c"] }],
  [["--origins="], { origins: [] }],
  [["--origins", '["a,b"]'], { origins: ["a,b"] }],
  [["--weights", "1,-2.5,1e3"], { weights: [1, -2.5, 1000] }],
  [["--tiers", "gold=100,free=1"], { tiers: { gold: 100, free: 1 } }],
  [["--rules", '[{"path":"/a"}]'], { rules: [{ path: "/a", priority: 0 }] }],
  [["--db-max-open", "3"], { db: { maxOpen: 3, idleTime: 600_000 } }],
  [["--db-idle-time=1m30s"], { db: { maxOpen: 25, idleTime: 90_000 } }],
  [["--tls-cert", "c", "--tls-key", "--tls-key"], undefined],
  [["--tls-cert", "c", "--tls-key=-k"], { tls: { cert: "c", key: "-k" } }],
])("flags %j set %j", (given, want) => {
  const result = readService({ arguments: given });
  const settings = result.kind === "config" ? result.config.settings : undefined;
  expect(settings).toEqual(want && expect.objectContaining(want));
});

test("variables set the same under their names, and an empty one sets nothing", () => {
  const environment = {
    APP_PORT: "",
    APP_OBSERVE: "1",
    APP_ORIGINS: "a,b",
    APP_DB_MAX_OPEN: "7",
    APP_DB_PASSWORD: "correct horse",
    DB_MAX_OPEN: "9",
  };
  expect(settingsIn(readService({ environment }))).toMatchObject({
    port: 8080,
    observe: true,
    origins: ["a", "b"],
    db: { maxOpen: 7, password: "correct horse" },
  });
  expect(settingsIn(readService({ environment, prefix: "" })).db.maxOpen).toBe(9);
});

test.each([
  ["c.json", '{"port": 1, "db": {"maxOpen": 2, "idleTime": "1s"}, "tls": null}'],
  ["c.yaml", "port: 1\ndb:\n  maxOpen: 2\n  idleTime: 1s\ntls:\n"],
  ["C.YML", "{port: 1, db: {maxOpen: 2, idleTime: 1000}}"],
  ["c.toml", 'port = 1\n[db]\nmaxOpen = 2\nidleTime = "1s"\n'],
])("%s is read", (path, text) => {
  const byFlag = readService({ arguments: ["--config", path], files: { [path]: text } });
  const byVariable = readService({ environment: { APP_CONFIG: path }, files: { [path]: text } });
  for (const result of [byFlag, byVariable]) {
    expect(settingsIn(result)).toMatchObject({ port: 1, db: { maxOpen: 2, idleTime: 1000 } });
    expect(settingsIn(result).tls).toBeUndefined();
  }
});

test("an empty file sets nothing", () => {
  const read = readService({ arguments: ["--config=c.yaml"], files: { "c.yaml": "# nothing\n" } });
  expect(settingsIn(read).port).toBe(8080);
});

test("a file's text is not taken for a number: only flags and variables are text by nature", () => {
  const read = readService({ arguments: ["--config=c.yaml"], files: { "c.yaml": 'port: "80"' } });
  expect(read).toEqual({
    kind: "mistakes",
    mistakes: ['file c.yaml key port: must be a number, not "80"'],
  });
});

test("a secret may lie in a file that a variable names, without the line break at its end", () => {
  const environment = { APP_DB_PASSWORD_FILE: "/run/secrets/db" };
  const files = { "/run/secrets/db": "correct horse \n" };
  expect(settingsIn(readService({ environment, files })).db.password).toBe("correct horse ");
});

test("for any subset of layers the last one that sets a value wins, each value by itself", () => {
  const schema = z.object({
    a: z.int().default(0),
    b: z.object({ c: z.int().default(0), d: z.int().default(0) }),
  });
  const number = fc.option(fc.integer({ min: 1, max: 99 }), { nil: undefined });
  const layer = fc.record({ a: number, c: number, d: number });
  fc.assert(
    fc.property(layer, layer, layer, (file, variables, flags) => {
      const text = JSON.stringify({ a: file.a, b: { c: file.c, d: file.d } });
      const environment = {
        APP_CONFIG: "c.json",
        APP_A: variables.a?.toString(),
        APP_B_C: variables.c?.toString(),
        APP_B_D: variables.d?.toString(),
      };
      const given = Object.entries({ "--a": flags.a, "--b-c": flags.c, "--b-d": flags.d });
      const flagged = given.flatMap(([flag, value]) =>
        value === undefined ? [] : [flag, `${value}`],
      );
      const read = readWith(schema, { arguments: flagged, environment, files: { "c.json": text } });
      const last = (key: "a" | "c" | "d") => flags[key] ?? variables[key] ?? file[key] ?? 0;
      expect(settingsIn(read)).toEqual({ a: last("a"), b: { c: last("c"), d: last("d") } });
    }),
  );
});

test("a section with a default of its own keeps it until something in it is set", () => {
  const schema = z.object({
    cache: z
      .object({ ttl: z.int().default(1), max: z.int().default(2) })
      .default({ ttl: 8, max: 9 }),
  });
  expect(settingsIn(readWith(schema, {}))).toEqual({ cache: { ttl: 8, max: 9 } });
  expect(settingsIn(readWith(schema, { arguments: ["--cache-ttl=5"] }))).toEqual({
    cache: { ttl: 5, max: 2 },
  });
});

test.each<[string, z.ZodObject, string]>([
  [
    "two settings of one flag",
    z.object({ dbMax: z.int(), db: z.object({ max: z.int() }) }),
    "db.max and dbMax would both be set by flag db-max",
  ],
  [
    "one that the denial of another has",
    z.object({ cache: z.boolean(), noCache: z.boolean() }),
    "noCache and cache would both be set by flag no-cache",
  ],
  [
    "one that takes --config",
    z.object({ config: z.string() }),
    "config and --config would both be set by flag config",
  ],
  [
    "a key that is not in camelCase",
    z.object({ db: z.object({ "max-open": z.int() }) }),
    'the key "db.max-open" is not in camelCase',
  ],
])("a schema with %s is refused", (_, schema, why) => {
  expect(() => readWith(schema, {})).toThrow(
    expect.objectContaining({
      code: "bad_schema",
      message: `Cannot make settings of this schema: ${why}`,
    }),
  );
});
