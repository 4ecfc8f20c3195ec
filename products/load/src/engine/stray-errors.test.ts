import { expect, test } from "bun:test";
import { join } from "node:path";

/** In a process of its own: in this one the test runner takes such errors. */
async function run(when: "before" | "after") {
  const program = join(import.meta.dir, "testing", "stray-program.ts");
  const child = Bun.spawn([process.execPath, program, when], { stdout: "pipe", stderr: "pipe" });
  const [told, died, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { told: told.trimEnd().split("\n"), died, code };
}

const toldOfScript = [
  "inner: told to who came last",
  "outer: a rejection of the script",
  "outer: a timer of the script",
  "lives on",
];

test.each([
  ["while scripts run", "before", toldOfScript],
  ["afterwards", "after", [...toldOfScript, "the end"]],
] as const)(
  "what a script leaves uncaught is told and ends nothing; our own mistake does, %s",
  async (_name, when, wanted) => {
    const { told, died, code } = await run(when);
    expect(told).toEqual([...wanted]);
    expect([died, code]).toEqual([expect.stringContaining("error: a mistake of ours"), 7]);
  },
);
