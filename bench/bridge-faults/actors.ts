import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Subprocess } from "bun";
import { BenchError } from "../bench-error.ts";
import { freePort } from "../parts/answering-process.ts";
import { bw } from "../storage/stores.ts";
import { root } from "../tool.ts";
import type { AgentTask } from "./agent-process.ts";

/** A process that is killed and started again. */
export interface Actor {
  readonly name: string;
  readonly start: () => Promise<void>;
  readonly kill: () => Promise<void>;
  /** Stands still until thaw(). */
  readonly freeze: () => void;
  readonly thaw: () => void;
  /** Asks it to end, and waits. */
  readonly end: () => Promise<void>;
}

interface ActorOptions {
  readonly name: string;
  readonly toCommand: () => readonly string[];
  /** Rejects or says false until it is up. */
  readonly isUp: () => Promise<boolean>;
}

const UP_WITHIN_MS = 15_000;

function actor({ name, toCommand, isUp }: ActorOptions): Actor & { child?: Subprocess<"pipe"> } {
  const self: Actor & { child?: Subprocess<"pipe"> } = {
    name,
    start: async () => {
      const child = Bun.spawn([...toCommand()], {
        ...{ cwd: root, stdin: "pipe", stdout: "ignore", stderr: "ignore" },
      });
      self.child = child;
      const endMs = performance.now() + UP_WITHIN_MS;
      while (!(await isUp().catch(() => false))) {
        if (performance.now() > endMs || child.exitCode !== null) {
          throw new BenchError("server_not_up", `${name} did not start`);
        }
        await Bun.sleep(30);
      }
    },
    kill: async () => {
      self.child?.kill("SIGKILL");
      await self.child?.exited;
    },
    freeze: () => self.child?.kill("SIGSTOP"),
    thaw: () => self.child?.kill("SIGCONT"),
    end: async () => {
      self.child?.kill("SIGTERM");
      const stuck = setTimeout(() => self.child?.kill("SIGKILL"), 15_000);
      await self.child?.exited;
      clearTimeout(stuck);
    },
  };
  return self;
}

/** Syncs before it answers: what it has said is on disk, however it ends. */
export function redisActor(folder: string): Actor & { readonly port: number } {
  const port = freePort();
  mkdirSync(folder, { recursive: true });
  const flags = ["--save", "", "--appendonly", "yes", "--appendfsync", "always", "--dir", folder];
  const redis = actor({
    name: "Redis",
    toCommand: () => ["redis-server", "--port", `${port}`, "--bind", "127.0.0.1", ...flags],
    isUp: async () => {
      const { stdout } = Bun.spawnSync(["redis-cli", "-p", `${port}`, "ping"]);
      return stdout.toString().startsWith("PONG");
    },
  });
  return Object.assign(redis, { port });
}

export function bridgeActor(
  name: string,
  flags: readonly string[],
): Actor & { readonly url: string } {
  const port = freePort();
  const usual = ["--host", "127.0.0.1", "--metrics-port", "off", "--log-level", "error"];
  const bridge = actor({
    name,
    toCommand: () => [...bw, "bridge", "--port", `${port}`, ...usual, ...flags],
    isUp: async () => (await fetch(`http://127.0.0.1:${port}/health`, { keepalive: false })).ok,
  });
  return Object.assign(bridge, { url: `ws://127.0.0.1:${port}` });
}

export interface AgentsActor extends Actor {
  readonly say: (line: string) => void;
}

/** Each start is another life, at one of the bridges. */
export function agentsActor(
  name: string,
  task: Omit<AgentTask, "url" | "life">,
  urls: readonly string[],
): AgentsActor {
  let life = 0;
  const script = join(root, "bench/bridge-faults/agent-process.ts");
  const agents = actor({
    name,
    toCommand: () => {
      life += 1;
      const url = urls[Math.floor(Math.random() * urls.length)]!;
      return [process.execPath, script, JSON.stringify({ ...task, url, life })];
    },
    isUp: () => Promise.resolve(true),
  });
  return Object.assign(agents, {
    say: (line: string) => {
      const stdin = agents.child?.stdin;
      if (stdin === undefined) return;
      stdin.write(`${line}\n`);
      stdin.flush();
    },
  });
}
