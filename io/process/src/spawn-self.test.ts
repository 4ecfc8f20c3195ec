import { expect, test } from "bun:test";
import { dirname, join } from "node:path";
import { outputOf, writeProgram } from "./testing/program.ts";

const bun = process.execPath;
const limits = "maxMessageChars: 10_000_000, maxQueued: 8";

/** Starts itself as a worker; prints each message and the exit, after `parent` had its turn. */
function pair({ parent = "", worker }: { readonly parent?: string; readonly worker: string }) {
  return writeProgram(`
    if (io.processArguments()[0] === "worker") {
      const channel = io.parentChannel({ ${limits}, onMessage: (message) => onMessage(message) });
      ${worker}
    } else {
      const worker = io.spawnSelf(["worker", "of", "mine"], {
        ${limits},
        onMessage: (message) => console.log(JSON.stringify(message).slice(0, 80)),
        onExit: ({ code, signal, problem }) => console.log("exit", code, signal, problem),
      });
      ${parent}
    }
  `);
}

const echo = `
  const onMessage = async (message) => {
    channel.trySend({ message, args: io.processArguments() });
    await channel.close();
  };
`;
const greeting = { parent: "worker.trySend({ hello: [1, null] });", worker: echo };
const answer =
  '{"message":{"hello":[1,null]},"args":["worker","of","mine"]}\nexit 0 undefined undefined\n';

test("a worker of a program in source answers", async () => {
  await using program = await pair(greeting);
  expect(await outputOf([bun, "--no-install", program.path])).toBe(answer);
});

test("a worker of a compiled program answers", async () => {
  await using program = await pair(greeting);
  const outfile = join(dirname(program.path), "compiled");
  await outputOf([bun, "build", "--compile", program.path, "--outfile", outfile]);
  expect(await outputOf([outfile])).toBe(answer);
});

test("everything that a worker said arrives before its exit does", async () => {
  await using program = await pair({
    worker: `
      for (let n = 0; n < 5; n += 1) channel.trySend([n, "x".repeat(2_000_000)]);
      await channel.close();
    `,
  });
  const lines = (await outputOf([bun, program.path])).trim().split("\n");
  expect(lines.map((line) => line.slice(0, 6))).toEqual([
    ...[0, 1, 2, 3, 4].map((n) => `[${n},"xx`),
    "exit 0",
  ]);
});

test.each([
  ["a worker that is killed", "worker.kill();", "", "exit undefined SIGKILL undefined\n"],
  ["a worker that fails", "", "process.exit(3);", "exit 3 undefined undefined\n"],
  [
    "a worker that does not speak JSON",
    "",
    'process.send("{"); await new Promise(() => {});',
    "exit undefined SIGKILL It sent a message that is not JSON\n",
  ],
  [
    "a worker that cannot start",
    "",
    "",
    "exit undefined undefined Cannot start /nowhere: ENOENT: no such file or directory, posix_spawn '/nowhere'\n",
  ],
])("%s is reported", async (name, parent, worker, want) => {
  await using program = await pair({ parent, worker });
  const preload = join(dirname(program.path), "preload.ts");
  await Bun.write(preload, name.endsWith("start") ? "process.execPath = '/nowhere'" : "");
  expect(await outputOf([bun, "--preload", preload, program.path])).toBe(want);
});

test("a stop signal to the whole group passes a worker by", async () => {
  await using program = await pair({
    parent: "",
    worker: `
      process.kill(process.pid, "SIGINT");
      process.kill(process.pid, "SIGTERM");
      channel.trySend("still here");
      await channel.close();
    `,
  });
  expect(await outputOf([bun, program.path])).toBe('"still here"\nexit 0 undefined undefined\n');
});

// The output ends only when the last process that holds it has ended: the worker too.
test("a worker ends when its parent dies", async () => {
  await using program = await pair({
    parent: "",
    worker: `
      console.log("worker is up");
      process.kill(process.ppid, "SIGKILL");
      setInterval(() => {}, 1000);
    `,
  });
  expect(await outputOf([bun, program.path])).toBe("worker is up\n");
});

test("a worker whose parent died while it was loading ends too", async () => {
  await using program = await writeProgram(`
    import { spawnSync } from "node:child_process";
    if (io.processArguments()[0] === "worker") {
      process.on("message", () => {}); // Takes up the line before the package does.
      const parent = process.ppid;
      process.kill(parent, "SIGKILL");
      const isGone = \`while kill -0 \${parent} 2>/dev/null; do :; done\`;
      spawnSync("sh", ["-c", isGone]);
      setImmediate(() => setImmediate(() => {
        console.log("connected:", process.connected);
        io.parentChannel({ ${limits}, onMessage() {} });
        setInterval(() => {}, 1000);
      }));
    } else {
      io.spawnSelf(["worker"], { ${limits}, onMessage() {}, onExit() {} });
    }
  `);
  expect(await outputOf([bun, program.path])).toBe("connected: false\n");
});

test("a process that nobody started as a worker has no parent channel", async () => {
  await using program = await writeProgram(
    `console.log(io.parentChannel({ ${limits}, onMessage() {} }))`,
  );
  expect(await outputOf([bun, program.path])).toBe("undefined\n");
});
