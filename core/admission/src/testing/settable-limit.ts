import type { LimitAlgorithm, Sample } from "../algorithm.ts";

/** A limit that a test sets, and what it was told. */
export class SettableLimit implements LimitAlgorithm {
  readonly name = "settable";
  readonly samples: Sample[] = [];
  limit: number;

  constructor(limit: number) {
    this.limit = limit;
  }

  onSample(sample: Sample): void {
    this.samples.push(sample);
  }
}
