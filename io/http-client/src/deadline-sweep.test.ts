import { expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import { DeadlineSweep, type Swept } from "./deadline-sweep.ts";

class Probe implements Swept {
  sweepSlot = -1;
  readonly looks: number[] = [];
  readonly #onLook: () => void;

  constructor(onLook: () => void = () => {}) {
    this.#onLook = onLook;
  }

  checkDeadline(nowMs: number): void {
    this.looks.push(nowMs);
    this.#onLook();
  }
}

test("it looks every 50 ms while a request is under way, and not otherwise", async () => {
  const clock = new FakeClock();
  const sweep = new DeadlineSweep(clock);
  const probe = new Probe();
  sweep.add(probe);
  await clock.advanceTo(1000);
  sweep.begin(clock.nowMs());
  await clock.advanceTo(1120);
  sweep.end();
  await clock.advanceTo(2000);
  sweep.begin(clock.nowMs());
  await clock.advanceTo(2060);
  expect(probe.looks).toEqual([1050, 1100, 1150, 2050]);
});

test("whatever a look removes, each of the others is looked at", async () => {
  const clock = new FakeClock();
  const sweep = new DeadlineSweep(clock);
  const removes = (indexes: number[]) => () => {
    for (const index of indexes) sweep.remove(probes[index]!);
  };
  const probes: Probe[] = [[], [1], [], [0], [4], []].map((gone) => new Probe(removes(gone)));
  for (const probe of probes) sweep.add(probe);
  sweep.begin(0);
  await clock.advanceTo(50);
  await clock.advanceTo(100);
  const looks = probes.map((probe) => probe.looks.filter((nowMs) => nowMs === 100).length);
  expect(looks).toEqual([0, 0, 1, 1, 0, 1]);
});

test("what a look adds is looked at from the next one on", async () => {
  const clock = new FakeClock();
  const sweep = new DeadlineSweep(clock);
  const added = new Probe();
  let looks = 0;
  sweep.add(new Probe(() => (looks++ === 0 ? sweep.add(added) : undefined)));
  sweep.begin(0);
  await clock.advanceTo(100);
  expect(added.looks).toEqual([100]);
});

test("once stopped it looks no more", async () => {
  const clock = new FakeClock();
  const sweep = new DeadlineSweep(clock);
  const probe = new Probe();
  sweep.add(probe);
  sweep.begin(0);
  sweep.stop();
  await clock.advanceTo(200);
  expect(probe.looks).toEqual([]);
});
