import { expect, test } from "bun:test";
import { crashRounds } from "@breakwater/s3-server/testing";
import { scratch } from "../end-to-end/scratch.ts";

test.each([
  ["none", 40],
  ["object", 30],
  ["strict", 30],
] as const)(
  "a store of durability %s that is killed %d times loses nothing",
  async (durability, rounds) => {
    using folder = scratch();
    const changes = await crashRounds({ folder: folder.path, durability, rounds });
    expect(changes).toBeGreaterThan(rounds * 10);
  },
);
