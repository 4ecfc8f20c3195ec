import { expect, test } from "bun:test";
import { outputOf, writeProgram } from "./testing/program.ts";

const bun = process.execPath;

test("the arguments come without the program's own name", async () => {
  await using program = await writeProgram("console.log(JSON.stringify(io.processArguments()))");
  expect(await outputOf([bun, program.path, "run", "-e", "A=b c"])).toBe('["run","-e","A=b c"]\n');
});

test("the environment is a copy, in which what is not set is undefined", async () => {
  await using program = await writeProgram(`
    const { SOME, NONE } = io.environment();
    io.environment().SOME = "other";
    console.log(SOME, NONE, io.environment().SOME);
  `);
  expect(await outputOf([bun, program.path], { SOME: "thing" })).toBe("thing undefined thing\n");
});

test("the open file limit is the one that the shell set", async () => {
  await using program = await writeProgram("console.log(io.openFileLimit())");
  const command = `ulimit -n 512; exec "${bun}" "${program.path}"`;
  expect(await outputOf(["sh", "-c", command])).toBe("512\n");
});

test.skipIf(Bun.which("taskset") === null)("pinned to one core, one is available", async () => {
  await using program = await writeProgram("console.log(io.availableCores())");
  expect(await outputOf(["taskset", "-c", "0", bun, program.path])).toBe("1\n");
});

test("without a terminal there is no width", async () => {
  await using program = await writeProgram(
    "console.log(io.isTerminal('stdout'), io.terminalWidth('stdout'))",
  );
  expect(await outputOf([bun, program.path])).toBe("false undefined\n");
});

test("on a terminal the width is the present one", async () => {
  await using program = await writeProgram(`
    process.stdout.on("resize", () => {
      console.log(String(io.terminalWidth("stdout")));
      process.exit(0);
    });
    setInterval(() => {}, 1000);
    console.log(String(io.isTerminal("stdout")), String(io.terminalWidth("stdout")));
  `);
  let output = "";
  const end = Promise.withResolvers<void>();
  const child = Bun.spawn([bun, program.path], {
    terminal: {
      cols: 70,
      rows: 24,
      exit: () => end.resolve(),
      data(terminal, data) {
        output += new TextDecoder().decode(data);
        if (output === "true 70\r\n") terminal.resize(120, 24);
      },
    },
  });
  await end.promise;
  child.terminal?.close();
  expect(output).toBe("true 70\r\n120\r\n");
});
