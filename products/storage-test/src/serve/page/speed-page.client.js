/* global uPlot */
// The page of `bw storage serve`: what it knows, it knows by GET /events.

const MB = 2 ** 20;
/** The rate of now is taken over so long. */
const WINDOW_MS = 1000;
const kinds = {
  concurrent: { name: "Concurrent", path: "upload" },
  single: { name: "Single", path: "upload-single" },
};

const find = (id) => document.getElementById(id);
const view = {
  /** Of the service: what tests upload. */
  sizes: undefined,
  /** The test that runs or ran last, with its points. */
  test: undefined,
  results: [],
  /** "ready" or "lost". */
  link: undefined,
  /** Aborts the test that this page started. */
  own: undefined,
  /** That of a test which the service may still be ending. */
  cancelled: undefined,
  /** The button that was pressed, which gets the focus back. */
  returnTo: undefined,
};

find("curl").textContent = `curl -X POST ${new URL("upload", location.href)}`;
find("cancel").addEventListener("click", () => {
  view.cancelled = view.own;
  view.own?.abort();
});
for (const kind of Object.keys(kinds)) {
  find(kind).addEventListener("click", () => void start(kind));
}
const chart = makeChart();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => chart.redraw());
new ResizeObserver(() => chart.setSize(chartSize())).observe(find("chart"));
void watch();

/** Follows the service for as long as the page is open. */
async function watch() {
  let waitMs = 500;
  for (;;) {
    try {
      const answer = await fetch("events", { headers: tokenField() });
      if (answer.status === 401) {
        await askForToken();
        continue;
      }
      if (!answer.ok) throw new Error(await problemOf(answer));
      find("token-form").hidden = true;
      waitMs = 500;
      for await (const { name, data } of eventsOf(answer.body)) apply(name, data);
    } catch {
      // Told below: whatever the reason, it is tried again.
    }
    view.link = "lost";
    render();
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    waitMs = Math.min(waitMs * 2, 10_000);
  }
}

/** Server-sent events, of which EventSource could not bring the token. */
async function* eventsOf(body) {
  let text = "";
  for await (const chunk of chunksOf(body.pipeThrough(new TextDecoderStream()))) {
    text += chunk;
    const blocks = text.split("\n\n");
    text = blocks.pop();
    for (const block of blocks) {
      const [, name, data] = /^event: (.*)\ndata: (.*)$/.exec(block) ?? [];
      if (name !== undefined) yield { name, data: JSON.parse(data) };
    }
  }
}

/** Safari cannot iterate over streams. */
async function* chunksOf(stream) {
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

function apply(name, data) {
  view.link = "ready";
  if (name === "progress") view.test.points.push(data);
  else {
    Object.assign(view, data);
    if (view.test?.isRunning !== true) view.cancelled = undefined;
    say(view.test?.result?.error ?? "");
  }
  render();
}

async function start(kind) {
  view.own = new AbortController();
  say("");
  render();
  // Where the pressed button cannot be used, the keyboard goes on here.
  find("cancel").focus();
  try {
    const options = { method: "POST", headers: tokenField(), signal: view.own.signal };
    const answer = await fetch(kinds[kind].path, options);
    if (!answer.ok) say(await problemOf(answer));
  } catch {
    // When the service has gone there is no event that would tell.
    if (!view.own.signal.aborted) say("The connection to the service was lost");
  }
  view.own = undefined;
  view.returnTo = find(kind);
  render();
}

/** The sentence in an answer: of a test, or of the service. */
async function problemOf(answer) {
  const body = await answer.json().catch(() => ({}));
  return body.error ?? body.detail ?? `The service answered ${answer.status}`;
}

function tokenField() {
  const token = sessionStorage.getItem("token");
  return token === null ? {} : { authorization: `Bearer ${token}` };
}

/** Resolves when there is one to try. */
function askForToken() {
  const form = find("token-form");
  const wasWrong = sessionStorage.getItem("token") !== null;
  find("token-error").textContent = wasWrong ? "That is not the token" : "";
  sessionStorage.removeItem("token");
  form.hidden = false;
  find("link").textContent = "Token needed";
  find("token").focus();
  return new Promise((resolve) => {
    const submitted = (event) => {
      event.preventDefault();
      sessionStorage.setItem("token", find("token").value);
      resolve();
    };
    form.addEventListener("submit", submitted, { once: true });
  });
}

function say(message) {
  show("message", message);
}

/** Only what changes: the rest would be read out again. */
function show(id, text) {
  const element = find(id);
  if (element.textContent !== text) element.textContent = text;
}

function render() {
  const { sizes, test, own } = view;
  const isLinked = view.link === "ready";
  const isRunning = test?.isRunning === true;
  show("link", isLinked ? "Connected" : "No connection: trying again…");
  find("link").className = isLinked ? "link ready" : "link lost";
  for (const kind of Object.keys(kinds))
    find(kind).disabled = !isLinked || isRunning || own !== undefined;
  find("cancel").hidden = own === undefined;
  if (view.returnTo?.disabled === false) {
    if (document.activeElement === document.body) view.returnTo.focus();
    view.returnTo = undefined;
  }
  if (sizes !== undefined) {
    show("size", `: ${sizeText(sizes.bytes)} of random data`);
    show("concurrent-how", `in ${sizes.parts} parts, ${sizes.parallel} at a time`);
  }
  if (test !== undefined) renderTest(test);
  renderResults();
}

function renderTest(test) {
  const { kind, bytes, isRunning, points, result } = test;
  const [elapsedMs, sent] = points.at(-1) ?? [0, 0];
  const mean = elapsedMs === 0 ? 0 : (sent / elapsedMs) * 1000;
  const rates = ratesOf(points);
  const shown = isRunning ? (rates.now.at(-1) ?? 0) : mean / MB;
  find("live").classList.toggle("concurrent", kind === "concurrent");
  find("live").classList.toggle("single", kind === "single");
  find("speed-line").hidden = !isRunning && result?.success !== true;
  show("speed", shown.toFixed(shown < 10 ? 2 : 1));
  find("progress").value = sent / bytes;
  show("stage", stageOf(test, sent));
  const leftS = mean === 0 ? undefined : (bytes - sent) / mean;
  const details = isRunning
    ? [
        `${sizeText(sent)} of ${sizeText(bytes)}`,
        ...(mean === 0 ? [] : [`mean ${(mean / MB).toFixed(1)} MB/s`]),
        ...(leftS === undefined || leftS === 0 ? [] : [`${Math.ceil(leftS)} s left`]),
      ].join(" · ")
    : `${sizeText(sent)} in ${timeText(elapsedMs)}`;
  show("detail", details);
  drawChart(rates);
  const summary = `Speed over ${timeText(elapsedMs)}, mean ${(mean / MB).toFixed(1)} MB/s`;
  find("chart").setAttribute("aria-label", summary);
}

function stageOf({ kind, bytes, isRunning, result }, sent) {
  const name = `${kinds[kind].name} upload`;
  if (!isRunning) return result?.success ? `${name}: done` : `${name}: failed`;
  if (view.cancelled !== undefined) return `${name}: being cancelled…`;
  if (sent >= bytes) return `${name}: the store completes it…`;
  return view.own === undefined ? `${name}, started elsewhere…` : `${name}…`;
}

function renderResults() {
  const rows = view.results.map(rowOf);
  if (rows.length > 0) find("results").replaceChildren(...rows);
  const latest = (kind) => view.results.find((each) => each.kind === kind && each.success);
  const [concurrent, single] = [latest("concurrent"), latest("single")];
  find("ratio").hidden = concurrent === undefined || single === undefined;
  if (find("ratio").hidden) return;
  const times = (single.uploadTime / concurrent.uploadTime).toFixed(2);
  show("ratio", `Concurrent is ${times} × as fast as single`);
}

function rowOf(result) {
  const row = document.createElement("tr");
  row.className = result.kind;
  const dot = document.createElement("span");
  dot.className = "dot";
  const time = document.createElement("time");
  time.dateTime = result.timestamp;
  time.textContent = endText(new Date(result.timestamp));
  row.append(cell("", dot, kinds[result.kind].name));
  if (result.success) {
    row.append(cell("number", result.uploadSpeed), cell("number", timeText(result.uploadTime)));
  } else {
    const wrong = cell("wrong", result.error);
    wrong.colSpan = 2;
    row.append(wrong);
  }
  row.append(cell("", time));
  return row;
}

function cell(className, ...content) {
  const made = document.createElement("td");
  made.className = className;
  made.append(...content);
  return made;
}

/** MB/s at each point: over the last second, and from the beginning. */
function ratesOf(points) {
  const [seconds, now, mean] = [[], [], []];
  const all = [[0, 0], ...points];
  let from = 0;
  for (let at = 1; at < all.length; at += 1) {
    const [ms, bytes] = all[at];
    while (from < at - 1 && all[from + 1][0] <= ms - WINDOW_MS) from += 1;
    const spanMs = ms - all[from][0];
    if (spanMs <= 0) continue;
    seconds.push(ms / 1000);
    now.push((Math.max(0, bytes - all[from][1]) / spanMs / MB) * 1000);
    mean.push((bytes / ms / MB) * 1000);
  }
  if (seconds.length === 0) return { seconds, now, mean };
  // The first rate is that since the beginning.
  return { seconds: [0, ...seconds], now: [now[0], ...now], mean: [mean[0], ...mean] };
}

function makeChart() {
  const axis = {
    stroke: () => colourOf("legend-mean"),
    grid: { stroke: () => colourOf("live"), width: 1 },
    ticks: { show: false },
    font: "12px system-ui, sans-serif",
  };
  const series = { points: { show: false } };
  return new uPlot(
    {
      ...chartSize(),
      padding: [8, 8, 0, 0],
      legend: { show: false },
      cursor: { show: false },
      scales: {
        x: { time: false, range: (_chart, _min, max) => [0, Math.max(1, max ?? 0)] },
        y: { range: (_chart, _min, max) => [0, Math.max(1, (max ?? 0) * 1.1)] },
      },
      axes: [
        {
          ...axis,
          size: 28,
          grid: { show: false },
          values: (_chart, at) => at.map((each) => `${each} s`),
        },
        { ...axis, size: 44, values: (_chart, at) => at.map((each) => `${each}`) },
      ],
      series: [
        {},
        {
          ...series,
          width: 2,
          stroke: () => colourOf("legend-now"),
          fill: () => faint(colourOf("legend-now")),
        },
        { ...series, width: 1.5, dash: [6, 5], stroke: () => colourOf("legend-mean") },
      ],
    },
    [[], [], []],
    find("chart"),
  );
}

function drawChart({ seconds, now, mean }) {
  chart.setData([seconds, now, mean]);
}

function chartSize() {
  const { clientWidth: width, clientHeight: height } = find("chart");
  return { width: Math.max(width, 100), height };
}

/** As it is shown now, light or dark. */
function colourOf(id) {
  return getComputedStyle(find(id)).borderTopColor;
}

function faint(colour) {
  return colour.replace(/^rgba?\((\d+), (\d+), (\d+).*/, "rgba($1, $2, $3, 0.14)");
}

/** In units of 1024, as the speed: "1 GB". */
function sizeText(bytes) {
  const units = ["B", "KB", "MB", "GB", "TB"];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log2(bytes || 1) / 10)));
  const value = bytes / 1024 ** power;
  return `${value >= 100 ? Math.round(value) : Number(value.toFixed(1))} ${units[power]}`;
}

/** The day where it was another one. */
function endText(end) {
  const isToday = end.toDateString() === new Date().toDateString();
  const timeStyle = "short";
  return end.toLocaleString([], isToday ? { timeStyle } : { dateStyle: "short", timeStyle });
}

function timeText(ms) {
  if (ms < 60_000) return `${(ms / 1000).toFixed(2)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}
