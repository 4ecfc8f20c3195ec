import { expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import { caught, messageOf, testUser } from "../vu/testing/test-user.ts";

test.each([
  [1.5, 1500],
  [0, 0],
  [-3, 0],
])("sleep(%p) takes %p ms", async (seconds, wantedMs) => {
  const clock = new FakeClock();
  using vu = testUser({ clock });
  const done = vu.inside(async (api) => {
    await api.sleep(seconds);
    return clock.nowMs();
  });
  await clock.advanceTo(5000);
  expect(await done).toBe(wantedMs);
});

test.each([undefined, Number.NaN, "1", null])("sleep(%p) is refused", async (seconds) => {
  using vu = testUser({ clock: new FakeClock() });
  const error = await caught(vu.inside((api) => api.sleep(seconds as number)));
  expect(messageOf(error)).toBe(`Cannot sleep ${seconds}: give a number of seconds`);
});
