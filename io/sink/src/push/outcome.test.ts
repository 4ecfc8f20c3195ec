import { expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import { type Outcome, sendPatiently } from "./outcome.ts";

const taken: Outcome = { kind: "taken" };
const later: Outcome = { kind: "not now", why: "busy" };
const refused: Outcome = { kind: "refused", why: "bad" };

/** Sends with these outcomes, the last one over again, and notes when. */
async function sendWith(outcomes: readonly Outcome[], abortMs = Infinity) {
  const clock = new FakeClock();
  const abort = new AbortController();
  const sentMs: number[] = [];
  if (abortMs < Infinity) clock.at(abortMs, () => abort.abort());
  const sending = sendPatiently(
    async () => {
      sentMs.push(clock.nowMs());
      return outcomes[sentMs.length - 1] ?? outcomes.at(-1)!;
    },
    { clock, signal: abort.signal },
  );
  await clock.advanceTo(60_000);
  return { outcome: await sending, sentMs };
}

test.each<[name: string, outcomes: Outcome[], want: Outcome, sentMs: number[]]>([
  ["what is taken is sent once", [taken], taken, [0]],
  ["what is refused is sent once", [refused], refused, [0]],
  ["what may pass is sent again, each time later", [later, later, taken], taken, [0, 500, 1500]],
  ["refused at last is refused", [later, refused], refused, [0, 500]],
  ["after four times it is given up", [later], later, [0, 500, 1500, 3500]],
])("%s", async (_name, outcomes, outcome, sentMs) => {
  expect(await sendWith(outcomes)).toEqual({ outcome, sentMs });
});

test("the end of the run ends the waiting", async () => {
  expect(await sendWith([later], 600)).toEqual({ outcome: later, sentMs: [0, 500] });
});
