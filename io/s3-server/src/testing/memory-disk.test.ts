import { testDisk } from "./disk-contract.ts";
import { memoryDisk } from "./memory-disk.ts";

testDisk("a disk in memory", async () => memoryDisk({ maxBytes: 2 ** 26, pieceBytes: 50_000 }));
