export { type CrashOptions, crashRounds } from "../disk/testing/crash-rounds.ts";
export { testDisk } from "./disk-contract.ts";
export { type MemoryDiskOptions, memoryDisk } from "./memory-disk.ts";
export { type Sent, SignedClient, type SignedClientOptions } from "./signed-client.ts";
