import { expect, test } from "bun:test";
import fc from "fast-check";
import { z } from "zod";
import { duration } from "./quantities.ts";
import { secret } from "./secret.ts";
import { mistakesIn, readService, readWith } from "./testing/service-schema.ts";

test("all mistakes are told at once, each with where it came from", () => {
  const text =
    "prot: 1\nlogLevel: inof\ndb: {max_open: 3, maxOpen: 0}\nrules: [{path: /a, prio: 1}]\n";
  const result = readService({
    arguments: ["--config", "c.yaml", "--obsreve", "--max-body", "10X", "rest"],
    environment: { APP_WORKERS: "some", APP_TIERS: "a=x", APP_WEIGHTS: "1,b" },
    files: { "c.yaml": text },
  });
  expect(mistakesIn(result)).toEqual([
    "file c.yaml key prot: there is no such key: did you mean port?",
    "file c.yaml key db.max_open: there is no such key: did you mean db.maxOpen?",
    "file c.yaml key rules.0.prio: there is no such key",
    "flag --obsreve: there is no such flag: did you mean --observe?",
    "argument 6 is no flag: write --name value",
    'flag --max-body: Cannot read "10X" as a number of bytes: write whole bytes with or without a unit, like "11111", "10K" (1024 each), "10KB" (1000 each) or "1GiB"',
    'environment APP_WORKERS: must be a number or auto, not "some"',
    'file c.yaml key logLevel: must be one of debug, info, error, not "inof": did you mean info?',
    'environment APP_WEIGHTS at 1: must be number, not "b"',
    'environment APP_TIERS at a: must be number, not "x"',
    "file c.yaml key db.maxOpen: must be at least 1, not 0",
  ]);
});

test.each([
  [["--port", "x"], 'flag --port: must be a number, not "x"'],
  [["--port", "1.5"], "flag --port: must be a whole number, not 1.5"],
  [["--port", "65536"], "flag --port: must be at most 65535, not 65536"],
  [["--port"], "flag --port: needs a value after it"],
  [["--port", "--observe"], "flag --port: needs a value after it"],
  [["--port="], 'flag --port: must be a number, not ""'],
  [["--observe=maybe"], 'flag --observe: must be true or false, not "maybe"'],
  [["--no-port"], "flag --no-port: there is no such flag: did you mean --port?"],
  [["--no-observe=1"], "flag --no-observe: there is no such flag: did you mean --no-observe?"],
  [["--quite-another", "x"], "flag --quite-another: there is no such flag"],
  [["--maxBody", "1"], "flag --maxBody: there is no such flag: did you mean --max-body?"],
  [["-p", "1"], "argument 1 is no flag: write --name value"],
  [["--"], "argument 1 is no flag: write --name value"],
  [["--upstream", "x"], 'flag --upstream: must be a valid url, not "x"'],
  [["--rules", "{"], 'flag --rules at 0: must be object, not "{"'],
  [
    ["--tls-cert", "c"],
    "tls.key is missing: set --tls-key, environment APP_TLS_KEY or key tls.key of a file",
  ],
  [["--config", "c.ini"], "file c.ini: its name must end in .json, .yaml, .yml or .toml"],
  [["--config", "c.json"], "file c.json: cannot be read: there is no such file"],
  [["--config", "bad.json"], "file bad.json: is no JSON: Unexpected identifier …"],
  [["--config", "bad.toml"], "file bad.toml: is no TOML: Strings must be quoted: …"],
  [["--config", "list.yaml"], "file list.yaml: must hold settings by their names, not a list"],
  [["--config", "db.yaml"], "file db.yaml key db: must hold settings by their names, not a number"],
  [
    ["--config", "root.yaml"],
    "file root.yaml key maxOpen: there is no such key: did you mean db.maxOpen?",
  ],
  [["--config", "proto.json"], "file proto.json key __proto__: there is no such key"],
  [["--db-password", "short"], "flag --db-password: must have at least 8 characters"],
])("%j: %s", (given, mistake) => {
  const files = {
    "bad.json": '{"db": {"password": hunter2}}',
    "bad.toml": "password = hunter2",
    "list.yaml": "- port: 1",
    "db.yaml": "db: 5",
    "root.yaml": "maxOpen: 5",
    "proto.json": '{"__proto__": {"port": 1}}',
  };
  expect(mistakesIn(readService({ arguments: given, files }))).toContain(mistake);
});

test("what must be set says how", () => {
  const schema = z.object({ url: z.string(), wait: duration(), level: z.enum(["a", "b"]) });
  expect(mistakesIn(readWith(schema, { prefix: "" }))).toEqual([
    "url is missing: set --url, environment URL or key url of a file",
    "wait is missing: set --wait, environment WAIT or key wait of a file",
    "level is missing: set --level, environment LEVEL or key level of a file",
  ]);
});

test("a rule over several settings is told in its author's words", () => {
  const schema = z
    .object({ min: z.int().default(1), max: z.int().default(2) })
    .refine(({ min, max }) => min <= max, { error: "min must not be above max", path: ["min"] });
  expect(mistakesIn(readWith(schema, { arguments: ["--min=3"] }))).toEqual([
    "flag --min: min must not be above max",
  ]);
});

test("the password in the environment and in a file of secrets is one too many", () => {
  const environment = { APP_DB_PASSWORD: "a", APP_DB_PASSWORD_FILE: "b" };
  expect(mistakesIn(readService({ environment }))).toEqual([
    "environment APP_DB_PASSWORD and APP_DB_PASSWORD_FILE: set only one of them",
  ]);
  expect(mistakesIn(readService({ environment: { APP_DB_PASSWORD_FILE: "b" } }))).toEqual([
    "environment APP_DB_PASSWORD_FILE: b cannot be read: there is no such file",
  ]);
});

/** Each rule here quotes what it was given, as careless ones do. */
const leaky = z
  .object({
    token: secret(
      z.string({ error: ({ input }) => `not ${String(input)}` }).max(3, {
        error: ({ input }) => `begins with ${String(input).slice(0, 8)}`,
      }),
    ).optional(),
    pin: secret(z.int()).optional(),
    tokens: z.array(secret(z.string()).regex(/^$/)).optional(),
    wrapped: secret(z.string())
      .transform((text, context) => {
        context.addIssue(`no ${text}`);
        return z.NEVER;
      })
      .optional(),
    other: z.int().optional(),
    free: secret(z.string()).optional(),
    frees: z.array(secret(z.string())).optional(),
  })
  .superRefine(({ free, frees }, context) => {
    if (free !== undefined) context.addIssue(`and ${free} is wrong`);
    if (frees !== undefined) context.addIssue(`so are ${frees.join()}`);
  });

const secretText = fc.stringMatching(/^[a-z0-9]{12}$/).map((text) => `S3cr${text}`);

test("however a secret is given, wrong or misplaced, no mistake quotes it", () => {
  const asFlag = (text: string) => ({ arguments: ["--token", text] });
  const ways = fc.constantFrom<(text: string) => Parameters<typeof readWith>[1]>(
    asFlag,
    (text) => ({ arguments: [`--token=${text}`, text] }),
    (text) => ({ arguments: ["--tokne", text] }),
    (text) => ({ arguments: [`--tokne=${text}`] }),
    (text) => ({ arguments: ["--pin", text] }),
    (text) => ({ arguments: ["--tokens", `a,${text}`] }),
    (text) => ({ arguments: ["--wrapped", text] }),
    (text) => ({ arguments: ["--free", text] }),
    (text) => ({ arguments: ["--free", `a ${text}`, "--other", "x"] }),
    (text) => ({ arguments: ["--frees", `a,${text}`] }),
    (text) => ({ arguments: ["--token", "a", text] }),
    (text) => ({ environment: { APP_TOKEN: text } }),
    (text) => ({ environment: { APP_TOKEN_FILE: "/s" }, files: { "/s": `${text}\n` } }),
    (text) => inFile("c.yaml", `token: ${text}`),
    (text) => inFile("c.yaml", `token: {x: ${text}}`),
    (text) => inFile("c.yaml", `tokenn: ${text}`),
    (text) => inFile("c.yaml", `token: [${text}`),
    (text) => inFile("c.yaml", `token: "${text}`),
    (text) => inFile("c.yaml", `token: *${text}`),
    (text) => inFile("c.yaml", `pin: !${text} x`),
    (text) => inFile("c.yaml", ` - ${text}\n: x`),
    (text) => inFile("c.yaml", text),
    (text) => inFile("c.json", `{"token": ${text}}`),
    (text) => inFile("c.json", `{"token": "${text}}`),
    (text) => inFile("c.json", `{"token": '${text}'}`),
    (text) => inFile("c.json", JSON.stringify({ pin: text })),
    (text) => inFile("c.toml", `token = ${text}`),
    (text) => inFile("c.toml", `token = "${text}`),
    (text) => inFile("c.toml", `token = "${text}" ${text}`),
    (text) => inFile("c.toml", `token = 12${text}`),
  );
  const inFile = (path: string, text: string) => ({
    arguments: ["--config", path],
    files: { [path]: text },
  });
  fc.assert(
    fc.property(ways, secretText, (way, text) => {
      const result = JSON.stringify(readWith(leaky, way(text)));
      expect(result).toContain('"mistakes"');
      expect(result).not.toContain(text.slice(0, 8));
    }),
    { numRuns: 500 },
  );
});

test("a private key is a value as it stands, and is quoted nowhere it does not belong", () => {
  const pem = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2Vw\n-----END PRIVATE KEY-----";
  const read = (...given: readonly string[]) =>
    readWith(z.object({ key: secret(z.string().startsWith("-----BEGIN")) }), { arguments: given });
  expect(read("--key", pem)).toMatchObject({ kind: "config", config: { settings: { key: pem } } });
  for (const given of [[pem], ["--kye", pem], ["--key", pem, pem], [`--${pem}`]]) {
    const said = mistakesIn(read(...given)).join("\n");
    expect(said).toContain("flag");
    expect(said).not.toContain("BEGIN");
  }
});

test.each<[string, (marked: z.ZodString) => z.ZodType]>([
  ["bounded", (marked) => marked.min(20)],
  ["described", (marked) => marked.describe("d").min(20)],
  ["refined", (marked) => marked.refine(() => false, "no")],
  ["optional", (marked) => marked.min(20).optional()],
  ["with a default", (marked) => marked.min(20).default("")],
  ["transformed", (marked) => marked.transform((text) => z.url().parse(text))],
  ["in a list", (marked) => z.array(marked.min(20))],
  ["in an object", (marked) => z.array(z.object({ a: marked.min(20) }))],
  ["in a union", (marked) => z.union([z.int(), marked.min(20)])],
  ["by another name", (marked) => marked.trim().brand("x").readonly().nullable()],
])("a secret that is %s stays one", (_, build) => {
  const schema = z.object({ key: build(secret(z.string().describe("a key"))).optional() });
  const help = readWith(schema, { arguments: ["--help"] });
  expect(JSON.stringify(help)).toContain("APP_KEY or APP_KEY_FILE");
});
