import { expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import { type HeldService, heldService } from "../testing/held-service.ts";
import { healthChecks } from "./health-checks.ts";

function check(service: HeldService, path: string) {
  const clock = new FakeClock();
  const heard: boolean[] = [];
  let next = Promise.withResolvers<void>();
  const checks = healthChecks({
    ...{ url: `${service.url}${path}`, intervalMs: 1000, timeoutMs: 300, verifyTls: true, clock },
    onCheck: ({ isGood }) => {
      heard.push(isGood);
      next.resolve();
    },
  });
  const told = async (): Promise<void> => {
    await next.promise;
    next = Promise.withResolvers<void>();
  };
  return { clock, checks, heard, told };
}

test.each([
  [200, true],
  [204, true],
  [302, true],
  [404, false],
  [500, false],
])("a status of %d is well: %p", async (status, isGood) => {
  const answer = () => new Response(null, { status, headers: { location: "/elsewhere" } });
  using service = heldService(answer);
  const { checks, heard, told } = check(service, "/health");
  using _checks = checks;
  await told();
  expect([heard, service.came]).toEqual([[isGood], ["/health"]]);
});

test("an answer that takes too long is none, and the next check comes all the same", async () => {
  using service = heldService();
  const { clock, checks, heard, told } = check(service, "/held");
  using _checks = checks;
  await service.arrived(1);
  await clock.advanceTo(300);
  await told();
  await clock.advanceTo(1000);
  await service.arrived(2);
  service.releaseAll();
  await told();
  expect(heard).toEqual([false, true]);
});

test("once disposed of, nothing is asked or told any more", async () => {
  using service = heldService();
  const { clock, checks, heard } = check(service, "/held");
  await service.arrived(1);
  checks[Symbol.dispose]();
  await clock.advanceTo(10_000);
  expect([heard, service.came]).toEqual([[], ["/held"]]);
});
