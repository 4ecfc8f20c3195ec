/** From the test's start on. */
export type ProgressPoint = readonly [elapsedMs: number, sentBytes: number];

const MAX_POINTS = 512;

/** A bounded number of points: where there are too many, every second one goes, now and later. */
export class ProgressPoints {
  readonly kept: ProgressPoint[] = [];
  #stride = 1;
  #skipped = 0;

  add(point: ProgressPoint): void {
    this.#skipped += 1;
    if (this.#skipped < this.#stride) return;
    this.#skipped = 0;
    this.kept.push(point);
    if (this.kept.length < MAX_POINTS) return;
    this.kept.splice(0, MAX_POINTS, ...this.kept.filter((_point, index) => index % 2 === 1));
    this.#stride *= 2;
  }
}
