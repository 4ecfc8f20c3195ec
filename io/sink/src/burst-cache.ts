import type { TagSource } from "@breakwater/metrics";

/**
 * Keeps what was made of the last sample's tags. A request adds ten samples with the same tags, one
 * right after the other, and to read the tags costs more than all the rest of a sample.
 *
 * Sources of tags are filled in anew for the next request, so being the same object is not enough:
 * a burst also ends when the time, the group or the name changes, or when its first metric comes
 * again.
 */
export class BurstCache<T> {
  readonly #make: (tags: TagSource) => T;
  #made: T | undefined;
  #tags: TagSource | undefined;
  #first = "";
  #timeMs: number = Number.NaN;
  #group: string | undefined;
  #name: string | undefined;

  constructor(make: (tags: TagSource) => T) {
    this.#make = make;
  }

  of(metric: string, tags: TagSource, timeMs: number): T {
    const isSame =
      tags === this.#tags &&
      timeMs === this.#timeMs &&
      metric !== this.#first &&
      tags.tag("group") === this.#group &&
      tags.tag("name") === this.#name;
    if (isSame && this.#made !== undefined) return this.#made;
    this.#tags = tags;
    this.#timeMs = timeMs;
    this.#first = metric;
    this.#group = tags.tag("group");
    this.#name = tags.tag("name");
    this.#made = this.#make(tags);
    return this.#made;
  }

  /** The next sample makes anew. */
  clear(): void {
    this.#made = undefined;
  }
}
