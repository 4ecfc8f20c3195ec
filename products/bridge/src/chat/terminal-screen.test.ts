import { expect, test } from "bun:test";
import { terminalScreen } from "./terminal-screen.ts";
import { terminalEmulator } from "./testing/terminal-emulator.ts";

const LEFT = "\x1b[D";
const UP = "\x1b[A";

function openScreen(columns = 20, before: readonly string[] = []) {
  const terminal = terminalEmulator(columns);
  const kept: (readonly string[])[] = [];
  const screen = terminalScreen({
    ...terminal,
    id: "ada",
    typed: { lines: before, keep: (lines) => kept.push([...lines]) },
    maxTypedLines: 3,
    completions: (line) => ["@grok ", ":help"].filter((known) => known.startsWith(line)),
  });
  screen.prompt();
  /** Key by key, as a person does. */
  const type = async (...keys: readonly string[]) => {
    for (const key of keys) terminal.input.write(key);
    // A stream tells its listeners in a later turn.
    await new Promise<void>((resolve) => setImmediate(resolve));
  };
  return { terminal, screen, type, kept };
}

test.each<[string, readonly string[], readonly string[], readonly [number, number]]>([
  ["nothing", [], ["grok: Hello", "ada>"], [1, 5]],
  ["a word", [..."Hi"], ["grok: Hello", "ada> Hi"], [1, 7]],
  ["within a word", [..."Hill", LEFT, LEFT], ["grok: Hello", "ada> Hill"], [1, 7]],
  [
    "a line of three rows",
    [..."This line is longer than two rows"],
    ["grok: Hello", "ada> This line is lo", "nger than two rows"],
    [2, 18],
  ],
  [
    "within the second row",
    [..."This line is longer than", LEFT, LEFT],
    ["grok: Hello", "ada> This line is lo", "nger than"],
    [2, 7],
  ],
  [
    "within a line of two rows",
    [..."This line is longer than", ...Array(15).fill(LEFT)],
    ["grok: Hello", "ada> This line is lo", "nger than"],
    [1, 14],
  ],
  ["up to the right edge", [..."This line is so"], ["grok: Hello", "ada> This line is so"], [2, 0]],
])("a message leaves what is being typed as it is: %s", async (_what, keys, rows, cursor) => {
  const { terminal, screen, type } = openScreen();
  await type(...keys);
  screen.show("grok: Hello");
  expect(terminal.rows().filter((row) => row !== "")).toEqual([...rows]);
  expect(terminal.cursor()).toEqual([...cursor]);
  await type("!");
  expect(terminal.rows().join("")).toContain("!");
  screen[Symbol.dispose]();
});

test("Tab completes, Enter gives the line, and the arrow brings it back", async () => {
  const { terminal, screen, type, kept } = openScreen(80, ["older", "oldest"]);
  const lines = screen.lines[Symbol.asyncIterator]();
  await type("@g", "\t", "Hi", "\r");
  expect(await lines.next()).toEqual({ done: false, value: "@grok Hi" });
  expect(kept).toEqual([["@grok Hi", "older", "oldest"]]);
  screen.prompt();
  await type(UP, UP, "\r");
  expect(await lines.next()).toEqual({ done: false, value: "older" });
  expect(terminal.rows().slice(0, 2)).toEqual(["ada> @grok Hi", "ada> older"]);
  screen[Symbol.dispose]();
});

test.each([
  ["Ctrl-C", "\x03"],
  ["Ctrl-D", "\x04"],
])("%s ends it", async (_name, key) => {
  const { screen, type } = openScreen();
  const lines = screen.lines[Symbol.asyncIterator]();
  const next = lines.next();
  await type(key);
  expect(await next).toEqual({ done: true, value: undefined });
});
