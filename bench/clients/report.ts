/** What a client of ours prints at its end: one line of JSON. */
export interface Report {
  readonly requests: number;
  readonly seconds: number;
  readonly lost: number;
  readonly bytes?: number;
}

export function printReport(report: Report): void {
  console.log(JSON.stringify(report));
}

/** Calls `end` after so many seconds, and says how long it was in the end. */
export function after(seconds: number, end: (seconds: number) => void): void {
  const startMs = performance.now();
  setTimeout(() => end((performance.now() - startMs) / 1000), seconds * 1000);
}
