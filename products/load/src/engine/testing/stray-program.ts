/**
 * Leaves errors where nobody catches them, as a script may, and says what became of them. Then
 * throws one of our own, before or after nobody waits for those of scripts any more, as its
 * argument says.
 */
import { sleepUntil } from "@breakwater/clock";
import { systemClock } from "@breakwater/system-clock";
import { Interrupted } from "../../vu/activity.ts";
import { strayErrors } from "../stray-errors.ts";

const clock = systemClock();
const say = (line: string): void => console.log(line);
const inScript = (name: string): Error => new Error(`${name} of the script`);

const outer = strayErrors({
  onError: (error) => say(`outer: ${(error as Error).message}`),
  isScripts: (error) => (error as Error).message.endsWith("of the script"),
});
{
  using _inner = strayErrors({ onError: (error) => say(`inner: ${error}`), isScripts: () => true });
  void Promise.reject("told to who came last");
  await nextTurn();
}
void Promise.reject(inScript("a rejection"));
void Promise.reject(new Interrupted());
setImmediate(() => {
  throw inScript("a timer");
});
await nextTurn();
say("lives on");
if (process.argv[2] === "before") throwOurs();
await nextTurn();
outer[Symbol.dispose]();
outer[Symbol.dispose]();
say("the end");
if (process.argv[2] === "after") throwOurs();
await nextTurn();
say("never said");

function throwOurs(): void {
  setImmediate(() => {
    throw new Error("a mistake of ours");
  });
}

function nextTurn(): Promise<void> {
  return sleepUntil(clock, clock.nowMs() + 5);
}
