import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { readConfigFile } from "./config-file.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bw-config-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

test("options stand beside settings of the command", () => {
  const path = write(
    "all.json",
    `{"vus":3,"out":["json=a","csv=b"],"linger":true,"webDashboard":false,"collectors":{"x":{}}}`,
  );
  expect(readConfigFile(path, {})).toMatchObject({
    options: { vus: 3 },
    out: ["json=a", "csv=b"],
    linger: true,
    webDashboard: false,
    collectors: { x: {} },
  });
});

test("what is null is not set", () => {
  const path = write("nulls.json", `{"out":null,"linger":null,"collectors":null}`);
  expect(readConfigFile(path, {})).toMatchObject({ out: [], collectors: {} });
});

test("the flag's file comes before the variable's, and ours before k6's", () => {
  const home = join(folder, "home");
  const batchOf = (asked: string | undefined, env: Record<string, string>) =>
    readConfigFile(asked, env).options.batch;
  const flag = write("flag.json", `{"batch":1}`);
  const variable = write("variable.json", `{"batch":2}`);
  write("home/.config/k6/config.json", `{"batch":4}`);
  expect(batchOf(undefined, { HOME: home })).toBe(4);
  write("home/.config/breakwater/config.json", `{"batch":3}`);
  expect(batchOf(undefined, { HOME: home })).toBe(3);
  expect(batchOf(undefined, { HOME: home, K6_CONFIG: variable })).toBe(2);
  expect(batchOf(flag, { HOME: home, K6_CONFIG: variable })).toBe(1);
  write("xdg/k6/config.json", `{"batch":5}`);
  expect(batchOf(undefined, { HOME: home, XDG_CONFIG_HOME: join(folder, "xdg") })).toBe(5);
});

test("without any there is nothing to say", () => {
  const nothing = { options: {}, out: [], collectors: {} };
  expect(readConfigFile(undefined, {})).toMatchObject(nothing);
  expect(readConfigFile(undefined, { HOME: join(folder, "nobody") })).toMatchObject(nothing);
});

test.each([
  ["nope.json", undefined, "ENOENT"],
  ["text.json", "{", "it is no JSON"],
  ["list.json", "[]", "it must be a JSON object"],
  ["out.json", `{"out":"json"}`, 'out must be an array such as ["json=FILE"]'],
  ["linger.json", `{"linger":"yes"}`, "linger must be true or false"],
  ["board.json", `{"webDashboard":1}`, "webDashboard must be true or false"],
  ["collectors.json", `{"collectors":[]}`, "collectors must be an object"],
])("%s is refused: %s", (name, text, want) => {
  const path = text === undefined ? join(folder, name) : write(name, text);
  expect(() => readConfigFile(path, {})).toThrow(`the config file "${path}": ${want}`);
});
