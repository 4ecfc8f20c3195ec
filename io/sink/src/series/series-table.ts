import type { MetricContents } from "@breakwater/metrics";
import type { SampleLabels } from "../sample-labels.ts";
import { type Cell, emptyCell, mergeCell } from "./cell.ts";
import { MAX_SERIES, type SeriesBatch, tagKey } from "./series-fold.ts";

/** How one series of the whole run stands. */
export interface StandingSeries {
  readonly name: string;
  readonly contains: MetricContents;
  /** Without those that are empty. */
  readonly tags: SampleLabels["tags"];
  /** Everything since the start. */
  readonly cell: Cell;
  /** Unix time of the last sample. */
  unixMs: number;
  /** Something came since it was last sent. */
  isChanged: boolean;
  /** The time that was last sent; receivers want every time but once. */
  sentMs: number;
}

/** What all processes of a run folded, added up, for the outputs that share it. */
export class SeriesTable {
  readonly #onFull: (droppedSamples: number) => void;
  readonly #series = new Map<string, StandingSeries>();

  /** `onFull` is told of samples whose series there is no room for. */
  constructor(onFull: (droppedSamples: number) => void) {
    this.#onFull = onFull;
  }

  merge({ tagSets, droppedSamples }: SeriesBatch): void {
    let dropped = droppedSamples;
    for (const { tags, series } of tagSets) {
      const shown = tags.filter(([name, value]) => name !== "" && value !== "");
      const key = tagKey(shown);
      for (const { name, contains, values, unixMs } of series) {
        const id = `${name}\u0002${key}`;
        let standing = this.#series.get(id);
        if (standing === undefined) {
          if (this.#series.size >= MAX_SERIES) {
            dropped += 1;
            continue;
          }
          const fresh = { unixMs: -Infinity, isChanged: true, sentMs: -Infinity };
          standing = { name, contains, tags: shown, cell: emptyCell(values.type), ...fresh };
          this.#series.set(id, standing);
        }
        mergeCell(standing.cell, values);
        standing.unixMs = Math.max(standing.unixMs, unixMs);
        standing.isChanged = true;
      }
    }
    if (dropped > 0) this.#onFull(dropped);
  }

  all(): readonly StandingSeries[] {
    return [...this.#series.values()];
  }
}
