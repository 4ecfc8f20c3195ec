import { expect, test } from "bun:test";
import { filesService } from "../testing/files-service.ts";
import { FormBuffers } from "./form-buffers.ts";

test("what is given back is taken again by who needs about as much", () => {
  const buffers = new FormBuffers();
  const first = buffers.take(50_000);
  expect(first.length).toBe(65_536);
  buffers.give(first);
  expect(buffers.take(70_000)).not.toBe(first);
  expect(buffers.take(40_000)).toBe(first);
  expect(buffers.take(40_000)).not.toBe(first);
});

test("no more lies ready than 16 MiB", () => {
  const buffers = new FormBuffers();
  const taken = Array.from({ length: 5 }, () => buffers.take(4_194_304));
  for (const buffer of taken) buffers.give(buffer);
  const again = Array.from({ length: 5 }, () => buffers.take(4_194_304));
  expect(again.filter((buffer) => taken.includes(buffer))).toHaveLength(4);
});

test("many uploads after and beside each other leave each its own bytes", async () => {
  // A store that takes its time reads what it is given when others have come.
  const faults = (): Promise<undefined> => new Promise((resolve) => setImmediate(resolve));
  await using files = await filesService({ faults });
  const sizes = [0, 1, 15_000, 40_000, 70_000];
  const upload = async (index: number): Promise<void> => {
    const body = new FormData();
    const size = sizes[index % sizes.length]!;
    body.set("file", new File([String.fromCharCode(65 + (index % 26)).repeat(size)], `f${index}`));
    expect((await files.ask("/upload", { method: "POST", body })).status).toBe(200);
  };
  for (let round = 0; round < 4; round += 1) {
    await Promise.all(Array.from({ length: 25 }, (_, index) => upload(round * 25 + index)));
  }
  for (let index = 0; index < 100; index += 1) {
    const { text } = await files.ask(`/files/f${index}`);
    const size = sizes[index % sizes.length]!;
    expect(text === String.fromCharCode(65 + (index % 26)).repeat(size)).toBe(true);
  }
});
