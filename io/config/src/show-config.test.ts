import { expect, test } from "bun:test";
import fc from "fast-check";
import { z } from "zod";
import { changed, showConfig } from "./show-config.ts";
import { configIn, readService, readWith, settingsIn, textIn } from "./testing/service-schema.ts";

const secretHolder = { APP_DB_PASSWORD: "correct horse" };

test("--print-config shows what is in effect, where it is from, and no secret", () => {
  const result = readService({
    arguments: ["--print-config", "--config=c.yaml", "--db-idle-time", "1m"],
    environment: { ...secretHolder, APP_ORIGINS: "a,b" },
    files: { "c.yaml": "tls: {cert: c.pem, key: k.pem}\nworkers: 3" },
  });
  expect(textIn(result)).toBe(`# port: 8080 # default
# observe: false # default
# compress: true # default
# maxBody: "1M" # default
workers: 3 # file c.yaml key workers
# logLevel: "info" # default
origins: ["a","b"] # environment APP_ORIGINS
# weights: # not set
# tiers: {} # default
# upstream: # not set
# rules: [] # default
db:
  # maxOpen: 25 # default
  idleTime: "1m" # flag --db-idle-time
  # password: "***" # environment APP_DB_PASSWORD
tls:
  cert: "c.pem" # file c.yaml key tls.cert
  key: "k.pem" # file c.yaml key tls.key
`);
});

test("what is printed for any settings reads back as the same", () => {
  const text = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("yes", "~", "# a", "1: 2"));
  const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value || 0);
  const optional = <Value>(arbitrary: fc.Arbitrary<Value>) =>
    fc.option(arbitrary, { nil: undefined });
  const schema = z.object({
    text: z.string().default("t"),
    number: z.number().optional(),
    flag: z.boolean().default(true),
    list: z.array(z.string()).default(["x"]),
    inner: z.object({
      map: z.record(z.string(), z.number()).optional(),
      deeper: z.object({ any: z.json().optional() }),
    }),
    last: z.array(z.object({ a: z.string(), b: z.number() })).optional(),
  });
  const key = fc.string({ unit: "binary" }).filter((name) => name !== "__proto__");
  const settings = fc.record({
    text: optional(text),
    number: optional(number),
    flag: optional(fc.boolean()),
    list: optional(fc.array(text)),
    inner: fc.record({
      map: optional(fc.dictionary(key, number, { noNullPrototype: true })),
      deeper: fc.record({ any: optional(text) }),
    }),
    last: optional(fc.array(fc.record({ a: text, b: number }))),
  });
  const read = (path: string, content: string) =>
    configIn(readWith(schema, { arguments: ["--config", path], files: { [path]: content } }));
  fc.assert(
    fc.property(settings, (given) => {
      const first = read("a.json", JSON.stringify(given));
      const second = read("b.yaml", showConfig(first));
      expect(second.settings).toEqual(first.settings);
      expect(changed(first, second)).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

test("a reload tells what changed, and of a secret only that it did", () => {
  const read = (text: string, environment = {}) =>
    configIn(
      readService({ arguments: ["--config=c.yaml"], environment, files: { "c.yaml": text } }),
    );
  const before = read("port: 1\norigins: [a]\ndb: {idleTime: 60s}", secretHolder);
  const after = read("logLevel: debug\norigins: [a]\ndb: {idleTime: 1m, password: another horse}");
  expect(changed(before, before)).toEqual([]);
  expect(changed(before, after)).toEqual([
    { key: "port", before: "1", after: "8080" },
    { key: "logLevel", before: '"info"', after: '"debug"' },
    { key: "db.password", before: '"***"', after: '"***"' },
  ]);
});

test("--help lists what can be set, whatever else is wrong", () => {
  const schema = z.object({
    port: z.int().default(8080).describe("where it listens"),
    compress: z.boolean().default(true).describe("answers in gzip"),
    aSettingOfAnUncommonlyLongName: z.string().optional(),
    db: z.object({ level: z.enum(["low", "high"]).describe("of trust") }),
  });
  expect(textIn(readWith(schema, { arguments: ["--prot", "-h", "--print-config"] }))).toBe(
    `Usage: app [flags]

  --port <number>        where it listens
                         (default: 8080; environment: APP_PORT)
  --no-compress          answers in gzip
                         (default: true; environment: APP_COMPRESS)
  --a-setting-of-an-uncommonly-long-name <text>
                         (environment: APP_A_SETTING_OF_AN_UNCOMMONLY_LONG_NAME)
  --db-level <low|high>  of trust
                         (environment: APP_DB_LEVEL)
  --config <file>        reads settings from a file: .json, .yaml or .toml
                         (environment: APP_CONFIG)
  --print-config         prints what is in effect and where it is from
  -h, --help             prints this
`,
  );
  expect(textIn(readService({ arguments: ["--help"] }))).toContain(
    "(environment: APP_DB_PASSWORD or APP_DB_PASSWORD_FILE)",
  );
});

test("a secret with a default shows it nowhere", () => {
  const { settings, entries } = configIn(readService({ environment: secretHolder }));
  expect(settings.db.password).toBe("correct horse");
  expect(JSON.stringify(entries)).not.toContain("horse");
  expect(settingsIn(readService({})).db.password).toBeUndefined();
});
