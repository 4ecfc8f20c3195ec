import { expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import { AddressHealth } from "./address-health.ts";

const thresholds = { failures: 2, successes: 2, retryMs: 1000, maxRetryMs: 3000 };

function open() {
  const clock = new FakeClock();
  const health = new AddressHealth(thresholds, clock);
  const use = (what: "reached" | "failed" | "unknown") => {
    health.onUse();
    health.onUsed(what);
  };
  return { clock, health, use };
}

test("failures in a row open the circuit, and any answer between does not", () => {
  const { health, use } = open();
  use("failed");
  use("reached");
  use("failed");
  expect([health.state, health.isOpen]).toEqual(["up", true]);
  use("failed");
  expect([health.state, health.isOpen, health.retryAfterMs]).toEqual(["down", false, 1000]);
});

test("one request may find out whether it is back, and closes the circuit", async () => {
  const { clock, health, use } = open();
  use("failed");
  use("failed");
  await clock.advanceTo(1000);
  expect([health.state, health.isOpen]).toEqual(["trying", true]);
  health.onUse();
  expect([health.state, health.isOpen]).toEqual(["trying", false]);
  health.onUsed("reached");
  expect([health.state, health.isOpen]).toEqual(["up", true]);
});

test("as long as it is not back, it is tried ever more seldom, up to a limit", async () => {
  const { clock, health, use } = open();
  use("failed");
  use("failed");
  const pauses = [];
  for (let round = 0; round < 4; round += 1) {
    pauses.push(health.retryAfterMs);
    await clock.advanceTo(clock.nowMs() + health.retryAfterMs);
    use("failed");
  }
  expect(pauses).toEqual([1000, 2000, 3000, 3000]);
});

test("a client that goes while it tries leaves the try to the next", async () => {
  const { clock, health, use } = open();
  use("failed");
  use("failed");
  await clock.advanceTo(1000);
  use("unknown");
  expect(health.isOpen).toBe(true);
});

test("what was on its way when the circuit opened makes it no longer", () => {
  const { health } = open();
  for (let count = 0; count < 5; count += 1) health.onUse();
  for (let count = 0; count < 5; count += 1) health.onUsed("failed");
  expect(health.retryAfterMs).toBe(1000);
});

test("checks take it down and bring it back, also when its use had failed", () => {
  const { health, use } = open();
  health.onCheck({ isGood: false });
  health.onCheck({ isGood: true });
  health.onCheck({ isGood: false });
  expect(health.state).toBe("up");
  health.onCheck({ isGood: false });
  expect([health.state, health.isOpen]).toEqual(["down", false]);
  use("failed");
  use("failed");
  health.onCheck({ isGood: true });
  expect(health.state).toBe("down");
  health.onCheck({ isGood: true });
  expect([health.state, health.isOpen]).toEqual(["up", true]);
});
