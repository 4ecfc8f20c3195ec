import { expect, test } from "bun:test";
import type { Transport } from "../transport.ts";
import { Gather, type GatherOwner } from "./gather.ts";

/** Keeps what it is given, uncopied, as a transport does whose client takes nothing. */
class FullOwner implements GatherOwner {
  readonly kept: Uint8Array[] = [];
  readonly lent: Uint8Array[] = [];
  readonly transport: Transport;

  constructor() {
    const { kept } = this;
    this.transport = {
      connection: { source: "", destination: "", isTls: false },
      get unsentBytes() {
        return kept.reduce((sum, { length }) => sum + length, 0);
      },
      write: (bytes) => {
        kept.push(bytes as Uint8Array);
        return false;
      },
      writeJoined: () => false,
      pause: () => {},
      resume: () => {},
      end: () => {},
      reset: () => {},
      expect: () => {},
    };
  }

  get text(): string {
    return Buffer.concat(this.kept).toString("latin1");
  }

  onKept(buffer: Uint8Array): void {
    this.lent.push(buffer);
  }

  add(gather: Gather, text: string): void {
    const at = gather.reserve(this, text.length);
    gather.bytes.set(Buffer.from(text, "latin1"), at);
  }
}

test("what a transport keeps is not written over, until it is given back", () => {
  const gather = new Gather(1_048_576);
  const [one, two] = [new FullOwner(), new FullOwner()];
  one.add(gather, "first ");
  two.add(gather, "second ");
  one.add(gather, "third ");
  two.add(gather, "fourth ");
  gather.flush();
  expect([one.text, two.text]).toEqual(["first third ", "second fourth "]);
  expect([one.lent.length, two.lent.length]).toEqual([1, 1]);
  const [lent] = one.lent as [Uint8Array];
  gather.giveBack(lent);
  const three = new FullOwner();
  three.add(gather, "a");
  gather.flush();
  expect(gather.bytes).toBe(lent);
});

test("what is reserved goes out when it is full, at the turn's end, or when it is released", async () => {
  const gather = new Gather(0);
  const owner = new FullOwner();
  const half = "x".repeat(gather.size / 2);
  gather.hold();
  for (let index = 0; index < 3; index += 1) owner.add(gather, half);
  await Promise.resolve();
  expect(owner.text).toHaveLength(gather.size);
  gather.release();
  expect(owner.text).toHaveLength(1.5 * gather.size);
  owner.add(gather, "end");
  expect(owner.text).not.toEndWith("end");
  await Promise.resolve();
  expect(owner.text).toEndWith("end");
});
