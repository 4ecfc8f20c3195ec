import type { MetricContents, MetricType, SampleListener, TagSource } from "@breakwater/metrics";
import { BurstCache } from "../burst-cache.ts";
import { readLabels, type SampleLabels } from "../sample-labels.ts";
import { addToCell, type Cell, type CellSnapshot, cellSnapshot, emptyCell } from "./cell.ts";

/** What one process folded since it was last asked; JSON-able. */
export interface SeriesBatch {
  readonly tagSets: readonly TagSetBatch[];
  /** Samples of series that there was no room for. */
  readonly droppedSamples: number;
}

export interface TagSetBatch {
  readonly tags: SampleLabels["tags"];
  readonly series: readonly SeriesDelta[];
}

/** What came of one metric with these tags. */
export interface SeriesDelta {
  readonly name: string;
  readonly contains: MetricContents;
  readonly values: CellSnapshot;
  /** Unix time of the last sample. */
  readonly unixMs: number;
}

/** Series are a metric and a set of tags each; what is beyond this is dropped and counted. */
export const MAX_SERIES = 100_000;

export interface SeriesFoldOptions {
  /** Unix time in ms of the run clock's zero. */
  readonly originMs: number;
  /** Those that tell series apart; all when not given. */
  readonly tagNames?: readonly string[];
}

/**
 * Folds a process's samples by metric and tags, for outputs that are told how series stand. What
 * was drained is forgotten: its receiver adds it up, so the memory here is that of one second.
 */
export class SeriesFold {
  readonly #originMs: number;
  readonly #tagNames: readonly string[] | undefined;
  readonly #tagSets: BurstCache<TagSet>;
  #known = new Map<string, TagSet>();
  #size = 0;
  #droppedSamples = 0;

  constructor({ originMs, tagNames }: SeriesFoldOptions) {
    this.#originMs = originMs;
    this.#tagNames = tagNames;
    this.#tagSets = new BurstCache((tags) => this.#tagSet(tags));
  }

  readonly add: SampleListener = ({ name, type, contains }, value, tags, timeMs) => {
    const set = this.#tagSets.of(name, tags, timeMs);
    const series = set.series.get(name) ?? this.#makeSeries(set, name, type, contains);
    if (series === undefined) {
      this.#droppedSamples += 1;
      return;
    }
    const unixMs = this.#originMs + timeMs;
    addToCell(series.cell, value, unixMs);
    if (unixMs > series.unixMs) series.unixMs = unixMs;
  };

  drain(): SeriesBatch {
    const tagSets = [...this.#known.values()].map(({ tags, series }) => ({
      tags,
      series: [...series].map(([name, { contains, cell, unixMs }]) => {
        return { name, contains, values: cellSnapshot(cell), unixMs };
      }),
    }));
    const batch = { tagSets, droppedSamples: this.#droppedSamples };
    this.#known = new Map();
    this.#size = 0;
    this.#droppedSamples = 0;
    this.#tagSets.clear();
    return batch;
  }

  #tagSet(source: TagSource): TagSet {
    const tags =
      this.#tagNames?.map((name) => [name, source.tag(name) ?? ""] as const) ??
      readLabels(source).tags;
    const key = tagKey(tags);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const made: TagSet = { tags, series: new Map() };
    if (this.#size < MAX_SERIES) this.#known.set(key, made);
    return made;
  }

  #makeSeries(
    set: TagSet,
    name: string,
    type: MetricType,
    contains: MetricContents,
  ): Series | undefined {
    if (this.#size >= MAX_SERIES) return undefined;
    this.#size += 1;
    const made: Series = { contains, cell: emptyCell(type), unixMs: -Infinity };
    set.series.set(name, made);
    return made;
  }
}

interface TagSet {
  readonly tags: SampleLabels["tags"];
  readonly series: Map<string, Series>;
}

interface Series {
  readonly contains: MetricContents;
  readonly cell: Cell;
  unixMs: number;
}

/** Neither sign can be typed into a tag by accident. */
export function tagKey(tags: SampleLabels["tags"]): string {
  let key = "";
  for (const [name, value] of tags) key += `${name}\u0000${value}\u0001`;
  return key;
}
