import { test } from "bun:test";
import { crc32 } from "node:zlib";
import { compare } from "../../../../tools/compare.ts";
import { startCrc } from "./crc.ts";

const chunk = new Uint8Array(65_536).map((_, index) => (index * 31) ^ (index >> 8));

test("bench: the CRC32 of 64 KiB, against the platform's native one", () => {
  compare("CRC32 of 64 KiB", [
    {
      name: "ours",
      run: (times) => {
        let sum = 0;
        for (let index = 0; index < times; index += 1) {
          const crc = startCrc("CRC32");
          crc.update(chunk);
          sum += Buffer.from(crc.digest()).readUInt32BE();
        }
        return sum;
      },
    },
    {
      name: "zlib",
      run: (times) => {
        let sum = 0;
        for (let index = 0; index < times; index += 1) sum += crc32(chunk);
        return sum;
      },
    },
  ]);
});
