import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A redis-server of a test's own, on a socket in a folder of its own. */
export interface TestRedis extends AsyncDisposable {
  readonly url: string;
  start(): Promise<void>;
  /** As a crash would. */
  kill(): Promise<void>;
  /** It hangs: takes connections and answers nothing. */
  freeze(): void;
  thaw(): void;
}

/** `isDurable`: it has after kill() and start() what it had answered before. */
export async function testRedis(
  options: { readonly isDurable?: boolean } = {},
): Promise<TestRedis> {
  const folder = await mkdtemp(join(tmpdir(), "bw-redis-"));
  const socket = join(folder, "socket");
  let server: Bun.Subprocess<"ignore", "pipe", "inherit"> | undefined;
  const start = async (): Promise<void> => {
    const fixed = ["--port", "0", "--unixsocket", socket, "--dir", folder, "--save", ""];
    const durability = options.isDurable ? ["yes", "--appendfsync", "always"] : ["no"];
    const command = ["redis-server", ...fixed, "--appendonly", ...durability];
    server = Bun.spawn(command, { stdin: "ignore", stdout: "pipe" });
    const decoder = new TextDecoder();
    let said = "";
    for await (const bytes of server.stdout) {
      said += decoder.decode(bytes);
      if (/ready to accept connections/i.test(said)) return;
    }
    throw new Error(`Cannot start redis-server: ${said}`);
  };
  const kill = async (): Promise<void> => {
    server?.kill("SIGKILL");
    await server?.exited;
  };
  await start();
  return {
    url: `redis+unix://${socket}`,
    start,
    kill,
    freeze: () => server?.kill("SIGSTOP"),
    thaw: () => server?.kill("SIGCONT"),
    [Symbol.asyncDispose]: async () => {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export const hasRedis: boolean = Bun.which("redis-server") !== null;
