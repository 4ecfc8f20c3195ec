import { expect, test } from "bun:test";
import { join } from "node:path";

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: Record<"x" | "y" | "w" | "h", number>;
  readonly datasource?: unknown;
  readonly targets?: readonly { readonly refId: string; readonly datasource: unknown }[];
}

interface Dashboard {
  readonly schemaVersion: number;
  readonly templating: { readonly list: readonly { readonly name: string }[] };
  readonly panels: readonly Panel[];
}

// Grafana itself is in no registry that the tests reach: so here is what it would stumble over.
const file = Bun.file(join(import.meta.dir, "grafana/dashboard.json"));
const { schemaVersion, templating, panels } = (await file.json()) as Dashboard;
const graphs = panels.filter(({ type }) => type !== "row");

test("panels are told apart, and have titles", () => {
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  expect(panels.filter(({ title }) => title.trim() === "")).toEqual([]);
});

test("panels lie side by side within 24 columns", () => {
  const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`),
  );
  expect(new Set(cells).size).toBe(cells.length);
  expect(panels.filter(({ gridPos: { x, w } }) => x + w > 24)).toEqual([]);
});

test("every query asks the chosen data source", () => {
  const chosen = { type: "prometheus", uid: `\${datasource}` };
  const asked = graphs.flatMap(({ datasource, targets = [] }) => [
    datasource,
    ...targets.map((target) => target.datasource),
  ]);
  expect(asked.filter((source) => !Bun.deepEquals(source, chosen))).toEqual([]);
  expect(graphs.filter(({ targets = [] }) => targets.length === 0)).toEqual([]);
  expect(templating.list.map(({ name }) => name)).toEqual(["datasource", "job", "instance"]);
});

test("it is of Grafana 10's form", () => {
  expect(schemaVersion).toBe(38);
  expect([...new Set(panels.map(({ type }) => type))]).toEqual(["row", "stat", "timeseries"]);
});
