import type { Clock } from "@breakwater/clock";
import { FakeClock } from "@breakwater/clock/testing";
import type { SinkIo } from "../sink.ts";

export interface SeenIo extends SinkIo {
  readonly lost: string[];
  readonly troubles: string[];
}

/** The clock's zero is the first second of 2026. */
export const originMs: number = Date.UTC(2026, 0, 1);

export function seenIo(clock: Clock = new FakeClock()): SeenIo {
  const lost: string[] = [];
  const troubles: string[] = [];
  return {
    clock,
    originMs,
    processes: 1,
    lost,
    troubles,
    onLost: (message) => void lost.push(message),
    onTrouble: (message) => void troubles.push(message),
  };
}
