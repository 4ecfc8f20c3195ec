import type { Clock } from "@breakwater/clock";
import { FakeClock } from "@breakwater/clock/testing";
import { type Describe, describer } from "../describe-request.ts";

/** A describer as handlers are given it, without a server. */
export function testDescriber(clock: Clock = new FakeClock()): Describe {
  const server = { address: "[::]:8080", sourceOf: () => "192.0.2.7:40312" };
  return describer({ clock, myHostname: "here", server: () => server });
}
