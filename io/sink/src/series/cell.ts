import type { MetricType } from "@breakwater/metrics";
import { Sketch, type SketchSnapshot } from "./sketch.ts";

/** Where the values of one series fold together. */
export type Cell =
  | { readonly type: "counter"; total: number }
  | { readonly type: "gauge"; value: number; min: number; max: number; unixMs: number }
  | { readonly type: "rate"; passes: number; total: number }
  | { readonly type: "trend"; readonly sketch: Sketch };

/** What a cell holds, for JSON. */
export type CellSnapshot =
  | Exclude<Cell, { readonly type: "trend" }>
  | ({ readonly type: "trend" } & SketchSnapshot);

export function emptyCell(type: MetricType): Cell {
  switch (type) {
    case "counter":
      return { type, total: 0 };
    case "gauge":
      return { type, value: 0, min: Infinity, max: -Infinity, unixMs: -Infinity };
    case "rate":
      return { type, passes: 0, total: 0 };
    case "trend":
      return { type, sketch: new Sketch() };
  }
}

/** Hot path. */
export function addToCell(cell: Cell, value: number, unixMs: number): void {
  switch (cell.type) {
    case "counter":
      cell.total += value;
      break;
    case "gauge":
      cell.value = value;
      cell.min = Math.min(cell.min, value);
      cell.max = Math.max(cell.max, value);
      cell.unixMs = unixMs;
      break;
    case "rate":
      cell.total += 1;
      if (value !== 0) cell.passes += 1;
      break;
    case "trend":
      cell.sketch.add(value);
  }
}

export function cellSnapshot(cell: Cell): CellSnapshot {
  return cell.type === "trend" ? { type: "trend", ...cell.sketch.snapshot() } : { ...cell };
}

/** Adds what another process folded. What is of another type is left out: a metric has one type. */
export function mergeCell(cell: Cell, more: CellSnapshot): void {
  if (cell.type === "counter" && more.type === "counter") cell.total += more.total;
  if (cell.type === "gauge" && more.type === "gauge") {
    if (more.unixMs >= cell.unixMs) cell.value = more.value;
    cell.min = Math.min(cell.min, more.min);
    cell.max = Math.max(cell.max, more.max);
    cell.unixMs = Math.max(cell.unixMs, more.unixMs);
  }
  if (cell.type === "rate" && more.type === "rate") {
    cell.passes += more.passes;
    cell.total += more.total;
  }
  if (cell.type === "trend" && more.type === "trend") cell.sketch.merge(more);
}
