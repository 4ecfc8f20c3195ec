import { systemClock } from "@breakwater/system-clock";
import { processPressure } from "../process-pressure.ts";

/**
 * A program: measures itself, blocks its event loop for 200 ms once, and prints what it measured
 * of that. It is bundled, and run by Bun and by Node.
 */
const clock = systemClock();
const pressure = processPressure({ clock, intervalMs: 50, loopDelayFullMs: 50 });

function block(): void {
  const sinceMs = clock.nowMs();
  while (clock.nowMs() - sinceMs < 200);
}

function look(): void {
  const { loopDelayMaxMs, ...readings } = pressure.readings();
  if (loopDelayMaxMs < 100) {
    clock.at(clock.nowMs() + 5, look);
    return;
  }
  const signals = Object.fromEntries(pressure.signals.map(({ name, value }) => [name, value]));
  process.stdout.write(JSON.stringify({ signals, readings }));
  pressure.stop();
}

clock.at(clock.nowMs() + 20, block);
look();
