import { nodeAdapters } from "./adapters.ts";
import { startStage } from "./stage.ts";

/** A program for Node: says where it listens, and runs until it is killed or left alone. */
process.stdout.write(`${JSON.stringify(await startStage(nodeAdapters))}\n`);
process.stdin.resume();
