import { parentChannel } from "@breakwater/process";
import { systemClock } from "@breakwater/system-clock";
import type { Command } from "commander";

/** `bw worker`: one process of a run; `bw run --workers` starts it, nobody else does. */
export function addWorkerCommand(program: Command, end: (exitCode: number) => void): void {
  program.command("worker", { hidden: true }).action(async () => {
    const { runWorker } = await import("@breakwater/load");
    if (runWorker(parentChannel, systemClock())) return;
    console.error('bw worker: only "bw run --workers" can start this');
    end(104);
  });
}
