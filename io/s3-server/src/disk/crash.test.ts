import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crashRounds } from "./testing/crash-rounds.ts";

const root = mkdtempSync(join(tmpdir(), "bw-crash-"));
afterAll(() => rmSync(root, { recursive: true }));

test("killed at any moment, every object is whole, and what was acknowledged is there", async () => {
  const changes = await crashRounds({ folder: root, durability: "none", rounds: 10 });
  expect(changes).toBeGreaterThan(100);
});
