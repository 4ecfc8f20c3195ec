import { describe, expect, test } from "bun:test";
import { delimiter, join } from "node:path";
import { type Installation, install, type RuntimePlace, writeProgram } from "./installation.ts";

/** By its path: the PATH that the launcher sees is the test's own. */
const node = Bun.which("node") ?? "node";

interface Run {
  readonly args?: readonly string[];
  readonly nodeOptions?: readonly string[];
  readonly path?: string;
  readonly stdin?: string;
}

async function run({ bw }: Installation, { args = [], nodeOptions = [], path, stdin }: Run = {}) {
  const child = Bun.spawn([node, ...nodeOptions, bw, ...args], {
    env: { PATH: path ?? "/nowhere" },
    stdin: new Blob([stdin ?? ""]),
    stderr: "pipe",
  });
  const [stdout, stderr, exitCode] = await Promise.all([
    child.stdout.text(),
    child.stderr.text(),
    child.exited,
  ]);
  return { stdout, stderr, exitCode, signal: child.signalCode };
}

describe("the launcher finds the runtime", () => {
  test.each<RuntimePlace>(["beside bun", "inside bun", "moved by postinstall"])(
    "%s",
    async (place) => {
      await using installation = await install(place, "console.log(Bun.version)");
      expect(await run(installation)).toEqual({
        stdout: `${Bun.version}\n`,
        stderr: "",
        exitCode: 0,
        signal: null,
      });
    },
  );

  test("on the PATH when it fits, passing by one that fails and one that is older", async () => {
    await using installation = await install("nowhere", "console.log(Bun.version)");
    const folder = (name: string) => join(installation.root, name);
    const unfit = [
      await writeProgram(folder("stub"), "bun", "exit 1"),
      await writeProgram(folder("older"), "bun", "echo 1.0.36"),
      await writeProgram(folder("next-major"), "bun", "echo 2.0.0"),
    ];
    const fit = await writeProgram(folder("real"), "bun", `exec "${process.execPath}" "$@"`);
    const path = unfit.join(delimiter);
    expect(await run(installation, { path })).toMatchObject({ stdout: "", exitCode: 127 });
    const found = await run(installation, { path: path + delimiter + fit });
    expect(found).toMatchObject({ stdout: `${Bun.version}\n`, exitCode: 0 });
  });
});

describe("without a runtime the launcher says what to do in a line, and exits with 127", () => {
  test("when the platform's package is not installed", async () => {
    await using installation = await install("nowhere");
    const { stderr, exitCode } = await run(installation);
    expect(stderr).toMatch(/^Cannot find Bun 1\.\S+ for \w+-\w+: run npm install again with .*\n$/);
    expect(exitCode).toBe(127);
  });

  test("when there is none for the platform", async () => {
    await using installation = await install("nowhere");
    const sunos = 'data:text/javascript,Object.defineProperty(process,"platform",{value:"sunos"})';
    const { stderr, exitCode } = await run(installation, { nodeOptions: ["--import", sunos] });
    expect(stderr).toBe(
      `Bun has no build for sunos-${process.arch}: use Linux, macOS, Windows or FreeBSD\n`,
    );
    expect(exitCode).toBe(127);
  });
});

describe("what runs under the launcher", () => {
  test("is the bundle when there is one", async () => {
    await using installation = await install("beside bun", "console.log('bundle')", "dist/main.js");
    await Bun.write(join(installation.bw, "../../src/main.ts"), "console.log('source')");
    expect((await run(installation)).stdout).toBe("bundle\n");
  });

  test("gets the arguments as they are, and the standard input", async () => {
    const echo = "console.log(JSON.stringify(process.argv.slice(2)), await Bun.stdin.text())";
    await using installation = await install("beside bun", echo);
    const args = ["run", "--version", "-e", "A=b c", "", "--", "*"];
    const { stdout } = await run(installation, { args, stdin: "from stdin" });
    expect(stdout).toBe(`${JSON.stringify(args)} from stdin\n`);
  });

  test.each([0, 1, 99, 108])("decides the exit code: %i", async (code) => {
    await using installation = await install("beside bun", `process.exit(${code})`);
    expect(await run(installation)).toMatchObject({ exitCode: code, signal: null });
  });

  test.each(["SIGKILL", "SIGTERM", "SIGHUP", "SIGINT"])(
    "dies of %s, and so does the launcher",
    async (signal) => {
      const source = `process.kill(process.pid, "${signal}"); await new Promise(() => {});`;
      await using installation = await install("beside bun", source);
      expect((await run(installation)).signal as string).toBe(signal);
    },
  );

  test("reads no .env of the user's folder", async () => {
    await using installation = await install("beside bun", "console.log(process.env.STRAY)");
    await Bun.write(join(installation.root, ".env"), "STRAY=1");
    const child = Bun.spawn([node, installation.bw], { cwd: installation.root });
    expect(await child.stdout.text()).toBe("undefined\n");
  });

  test("is the same process when Bun runs the launcher", async () => {
    await using installation = await install("nowhere", "console.log(process.pid)");
    const child = Bun.spawn([process.execPath, installation.bw]);
    expect(await child.stdout.text()).toBe(`${child.pid}\n`);
  });
});

/** Says each stop signal, and ends at SIGTERM; the empty interval keeps it alive until then. */
const signalLog = `
  for (const signal of ["SIGINT", "SIGHUP"]) process.on(signal, () => console.log(signal));
  process.on("SIGTERM", () => { console.log("SIGTERM"); process.exit(5); });
  setInterval(() => {}, 1000);
  console.log("ready");
`;

describe("signals", () => {
  test("sent to the launcher reach the program when there is no terminal", async () => {
    await using installation = await install("beside bun", signalLog);
    // A session of its own has no terminal, whatever the test runs in.
    const child = Bun.spawn([node, installation.bw], { detached: true });
    const lines: string[] = [];
    const next: Record<string, NodeJS.Signals> = {
      ready: "SIGHUP",
      SIGHUP: "SIGINT",
      SIGINT: "SIGTERM",
    };
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      for (const line of text.trim().split("\n")) {
        lines.push(line);
        if (next[line]) child.kill(next[line]);
      }
    }
    expect(lines).toEqual(["ready", "SIGHUP", "SIGINT", "SIGTERM"]);
    expect(await child.exited).toBe(5);
  });

  test("that it is deaf to end it all the same, a moment after the second", async () => {
    const deaf = 'process.on("SIGINT", () => console.log("what?")); setInterval(() => {}, 1e6);';
    await using installation = await install("beside bun", `${deaf} console.log("ready");`);
    const child = Bun.spawn([node, installation.bw], { detached: true });
    for await (const _line of child.stdout) child.kill("SIGINT");
    await child.exited;
    expect(child.signalCode).toBe("SIGKILL");
  });

  test("of Ctrl-C reach the program once, not once more through the launcher", async () => {
    await using installation = await install("beside bun", signalLog);
    let output = "";
    const end = Promise.withResolvers<void>();
    const child = Bun.spawn([node, installation.bw], {
      terminal: {
        exit: () => end.resolve(),
        data(terminal, data) {
          output += new TextDecoder().decode(data);
          if (output.endsWith("ready\r\n")) terminal.write("\x03");
          // What the launcher passed on before this would be in the output before "SIGTERM".
          if (output.endsWith("SIGINT\r\n")) child.kill("SIGTERM");
        },
      },
    });
    await end.promise;
    expect(await child.exited).toBe(5);
    expect(output.replace("^C", "").split("\r\n")).toEqual(["ready", "SIGINT", "SIGTERM", ""]);
    child.terminal?.close();
  });
});
