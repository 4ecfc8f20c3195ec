import type { Clock } from "@breakwater/clock";
import { FakeClock } from "@breakwater/clock/testing";
import { type Describe, describer } from "../describe-request.ts";

/** A describer as handlers are given it. */
export function testDescriber(clock: Clock = new FakeClock()): Describe {
  return describer({ clock, myHostname: "here" });
}
