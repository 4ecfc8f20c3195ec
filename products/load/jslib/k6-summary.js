// Stands in for https://jslib.k6.io/k6-summary/<version>/index.js.

const colors = { faint: 2, red: 31, green: 32, cyan: 36 };
const defaults = { indent: " ", enableColors: true, summaryTimeUnit: "", summaryTrendStats: [] };

/**
 * What handleSummary() was given as the text of k6 before v1: groups and checks, then metrics.
 * Options: `indent`, `enableColors`, `summaryTimeUnit` and `summaryTrendStats`.
 */
export function textSummary(data, options) {
  const chosen = { ...defaults, ...data.options, ...options };
  const paint = chosen.enableColors
    ? (text, ...codes) => `\x1b[${codes.join(";")}m${text}\x1b[0m`
    : (text) => text;
  const groups = groupLines(data.root_group, `${chosen.indent}    `, paint);
  return [...groups, ...metricLines(data.metrics, chosen, paint)].join("\n");
}

function groupLines({ name, checks, groups }, indent, paint) {
  const inner = name === "" ? indent : `${indent}  `;
  return [
    ...(name === "" ? [] : [`${indent}█ ${name}\n`]),
    ...checks.map((check) => checkLine(check, inner, paint)),
    ...(checks.length > 0 ? [""] : []),
    ...groups.flatMap((group) => groupLines(group, inner, paint)),
  ];
}

function checkLine({ name, passes, fails }, indent, paint) {
  if (fails === 0) return paint(`${indent}✓ ${name}`, colors.green);
  const percent = Math.floor((100 * passes) / (passes + fails));
  const counts = `${percent}% — ✓ ${passes} / ✗ ${fails}`;
  return paint(`${indent}✗ ${name}\n${indent} ↳  ${counts}`, colors.red);
}

function metricLines(metrics, options, paint) {
  const rows = Object.entries(metrics).map(([name, metric]) => rowOf(name, metric, options));
  const nameWidth = widest(rows.map(({ indent, shown }) => indent + shown));
  const trends = rows.filter(({ isTrend }) => isTrend);
  const others = rows.filter(({ isTrend }) => !isTrend);
  const trendWidths = columnWidths(trends);
  const otherWidths = columnWidths(others);
  const textOf = (row) =>
    row.isTrend
      ? trendText(row.cells, { widths: trendWidths, stats: options.summaryTrendStats, paint })
      : otherText(row.cells, { widths: otherWidths, paint });
  return rows.sort(byName).map((row) => {
    const dots = ".".repeat(nameWidth - width(row.indent + row.shown) + 3);
    const leader = paint(`${dots}:`, colors.faint);
    const start = `${options.indent}  ${row.indent}${markOf(row.thresholds, paint)}`;
    return `${start} ${row.shown}${leader} ${textOf(row)}`;
  });
}

function rowOf(name, metric, { summaryTimeUnit, summaryTrendStats }) {
  const [, parent, tags] = /^([^{]*)(?:\{(.*)\})?$/s.exec(name) ?? [name, name];
  const isTrend = metric.type === "trend";
  const show = (value) => humanizeValue(value, metric, summaryTimeUnit);
  const trendCell = (stat) =>
    stat === "count" ? String(metric.values[stat]) : show(metric.values[stat]);
  return {
    parent,
    tags: tags ?? "",
    shown: tags === undefined ? name : `{ ${tags} }`,
    indent: tags === undefined ? "" : "  ",
    thresholds: metric.thresholds,
    isTrend,
    cells: isTrend ? summaryTrendStats.map(trendCell) : cellsOf(metric, show),
  };
}

function cellsOf({ type, values }, show) {
  if (type === "counter") return [show(values.count), `${show(values.rate)}/s`];
  if (type === "gauge") {
    return [show(values.value), `min=${show(values.min)}`, `max=${show(values.max)}`];
  }
  if (type === "rate") return [show(values.rate), `✓ ${values.passes}`, `✗ ${values.fails}`];
  return ["[no data]"];
}

/** Submetrics after their metric. */
function byName(one, other) {
  return one.parent.localeCompare(other.parent) || one.tags.localeCompare(other.tags);
}

function markOf(thresholds, paint) {
  if (!thresholds) return " ";
  const isGood = Object.values(thresholds).every(({ ok }) => ok);
  return isGood ? paint("✓", colors.green) : paint("✗", colors.red);
}

function trendText(cells, { widths, stats, paint }) {
  const cell = (text, at) => `${stats[at]}=${paint(text, colors.cyan)}${gap(text, widths[at])}`;
  return cells.map(cell).join(" ");
}

function otherText([value, ...extras], { widths, paint }) {
  const start = paint(value, colors.cyan) + gap(value, widths[0]);
  const faint = (text) => paint(text, colors.cyan, colors.faint);
  if (extras.length === 0) return start;
  if (extras.length === 1) return `${start} ${faint(extras[0])}`;
  return [start, ...extras.map((text, at) => faint(text) + gap(text, widths[at + 1]))].join(" ");
}

function columnWidths(rows) {
  const count = Math.max(0, ...rows.map(({ cells }) => cells.length));
  return Array.from({ length: count }, (_, at) => widest(rows.map(({ cells }) => cells[at] ?? "")));
}

function widest(texts) {
  return Math.max(0, ...texts.map(width));
}

function width(text) {
  return [...text.normalize("NFKC")].length;
}

function gap(text, columns) {
  return " ".repeat(columns - width(text));
}

/** A value as the summary shows it; `metric` says with its `type` and `contains` of what. */
export function humanizeValue(value, { type, contains }, timeUnit) {
  if (type === "rate") return `${(Math.trunc(value * 10_000) / 100).toFixed(2)}%`;
  if (contains === "data") return humanizeBytes(value);
  if (contains === "time") return humanizeDuration(value, timeUnit);
  return withoutZeros(value, 6);
}

function humanizeBytes(bytes) {
  if (bytes < 10) return `${bytes} B`;
  const units = ["B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"];
  const power = Math.floor(Math.log10(bytes) / 3 + 1e-12);
  const value = Math.floor((bytes / 1000 ** power) * 10 + 0.5) / 10;
  return `${value.toFixed(value < 10 ? 1 : 0)} ${units[power]}`;
}

const timeUnits = { s: ["s", 0.001], ms: ["ms", 1], us: ["µs", 1000] };

function humanizeDuration(ms, unit) {
  if (unit && Object.hasOwn(timeUnits, unit)) {
    const [name, perMs] = timeUnits[unit];
    return (ms * perMs).toFixed(2) + name;
  }
  if (ms === 0) return "0s";
  if (ms < 0.001) return `${Math.trunc(ms * 1e6)}ns`;
  if (ms < 1) return `${truncated(ms * 1000, 2)}µs`;
  if (ms < 1000) return `${truncated(ms, 2)}ms`;
  const minutes = Math.trunc(ms / 60_000);
  const seconds = `${truncated((ms % 60_000) / 1000, ms > 60_000 ? 0 : 2)}s`;
  if (minutes < 1) return seconds;
  const hours = Math.trunc(minutes / 60);
  return `${hours < 1 ? "" : `${hours}h`}${minutes % 60}m${seconds}`;
}

function truncated(value, digits) {
  const scale = 10 ** digits;
  return withoutZeros(Math.trunc(value * scale) / scale, digits);
}

function withoutZeros(value, digits) {
  return String(Number(value.toFixed(digits)));
}

const xmlEscapes = { "&": "&amp;", "<": "&lt;", ">": "&gt;", "'": "&#39;", '"': "&quot;" };

/** The thresholds as JUnit's XML: a test case each. `name` is that of the test suite. */
export function jUnit(data, { name = "k6 thresholds" } = {}) {
  const all = Object.entries(data.metrics).flatMap(([metricName, metric]) =>
    Object.entries(metric.thresholds ?? {}).map(([expression, { ok }]) => {
      const start = `<testcase name="${escaped(metricName)} - ${escaped(expression)}"`;
      const failure = `><failure message="${failureOf(metric)}"/></testcase>`;
      return { ok, text: ok ? `${start} />` : start + failure };
    }),
  );
  const counts = `tests="${all.length}" failures="${all.filter(({ ok }) => !ok).length}"`;
  const suite = `<testsuite name="${escaped(name)}" ${counts}>`;
  const cases = all.map(({ text }) => text).join("\n");
  const start = `<?xml version="1.0"?>\n<testsuites ${counts}>\n`;
  return `${start}${suite}${cases}\n</testsuite >\n</testsuites >`;
}

function failureOf({ type, values }) {
  const named = (labels) =>
    Object.entries(labels)
      .map(([label, key]) => `${label}: ${values[key]}`)
      .join(", ");
  const labels = failureLabels[type];
  return labels ? `failed, ${named(labels)}` : "failed";
}

const failureLabels = {
  counter: { count: "count", rate: "rate" },
  gauge: { value: "value", min: "min", max: "max" },
  rate: { "number of fails": "fails", "number of passes": "passes", rate: "rate" },
  trend: {
    "average value": "avg",
    "min value": "min",
    "mean value": "med",
    "max value": "max",
  },
};

function escaped(text) {
  return String(text).replace(/[&<>'"]/g, (character) => xmlEscapes[character]);
}
