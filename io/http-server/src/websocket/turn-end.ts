/** What waits for a turn of the event loop to end. */
export interface TurnEnding {
  onTurnEnd(): void;
}

/**
 * Tells it when everything that has already happened has been handled: all sockets that were ready,
 * and the microtasks that came of them. Between the last of these and the call lies nothing else.
 */
export function atTurnEnd(ending: TurnEnding): void {
  // Bun 1.4.5 calls what setImmediate() was given after all sockets of one look at the kernel.
  if (waiting.length === 0) setImmediate(tellAll);
  waiting.push(ending);
}

let waiting: TurnEnding[] = [];

function tellAll(): void {
  const all = waiting;
  waiting = [];
  for (const ending of all) ending.onTurnEnd();
}
