import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { bw, start } from "../end-to-end/bw.ts";
import {
  type Found,
  type Prometheus,
  prometheusPath,
  promtoolPath,
  type Rules,
  readYaml,
  startPrometheus,
} from "../end-to-end/prometheus.ts";

const root = join(import.meta.dir, "../..");
const at = (path: string): string => join(root, path);
const config = at("deploy/prometheus/prometheus.yml");
const hasPrograms = promtoolPath !== null && prometheusPath !== null;

describe.skipIf(!hasPrograms)("to promtool (with prometheus installed)", () => {
  test.each([
    ["the configuration and its rules are right", ["check", "config", config]],
    ["each alert has its threshold", ["test", "rules", at("deploy/prometheus/alerts.test.yml")]],
  ])("%s", async (_name, args) => {
    const child = Bun.spawn([promtoolPath ?? "promtool", ...args], { stdout: "pipe" });
    const said = await child.stdout.text();
    expect([said, await child.exited]).toEqual([expect.not.stringContaining("FAILED"), 0]);
  });
});

test("the alerts are the performance guide's six, and one more", async () => {
  interface Alert {
    readonly alert: string;
    readonly expr: string;
    readonly labels: { readonly severity: string };
    readonly annotations: Readonly<Record<"summary" | "action" | "runbook", string>>;
  }
  const { groups } = (await readYaml(at("deploy/prometheus/alerts.yml"))) as Rules;
  const alerts = groups.flatMap(({ rules }) => rules as readonly Alert[]);
  const told = alerts.map(({ alert, expr, labels }) => [alert, expr, labels.severity]);
  expect(told).toEqual([
    ["HighErrorRate", "error_rate > 0.01", "critical"],
    ["HighLatency", "p95_latency > 1000", "critical"],
    ["HighCPU", "cpu_usage > 90", "critical"],
    ["InstanceDown", "up == 0", "critical"],
    ["MediumErrorRate", "error_rate > 0.001", "warning"],
    ["MediumLatency", "p95_latency > 200", "warning"],
    ["HighQueueUtilization", "queue_utilization > 80", "warning"],
  ]);
  const guide = await Bun.file(at("docs/monitoring.md")).text();
  for (const { alert, annotations } of alerts) {
    expect(guide).toContain(`\n### ${alert}\n`);
    expect(annotations.runbook).toBe(`docs/monitoring.md#${alert.toLowerCase()}`);
  }
});

/** What answers nothing in the test, and why that is right. */
const empty: readonly (readonly [RegExp, string])[] = [
  [/redis_up/, "there is no Redis here"],
  [/gate_upstream_failures_total/, "the address that is up has not failed"],
  [/^ALERTS\{/, "nothing may be firing"],
  [/@ end\(\)/, "looks at whole minutes, and the test is over sooner"],
  [/histogram_quantile\(0.95, .*http_requests_per_user/, "no minute has ended"],
];

describe.skipIf(!hasPrograms)("to Prometheus, under load (with prometheus installed)", () => {
  let watched: Watched;
  let prometheus: Prometheus;
  const opened = new AsyncDisposableStack();
  beforeAll(async () => {
    watched = opened.use(await startWatched());
    const api = { host: watched.apiSide, labels: { namespace: "default", pod: "api-1" } };
    const gate = { host: watched.gateSide };
    prometheus = opened.use(await startPrometheus(config, { api, gate }));
  });
  afterAll(() => opened.disposeAsync());

  test("a service that nobody asks has zeros, and one without errors an error rate of 0", async () => {
    const names = ["rps", "error_rate", "p95_latency", "requests_per_user", "queue_utilization"];
    const values = async (name: string) => await untilFound(prometheus, `${name}{job="api"}`);
    for (const name of names) expect(await values(name)).toMatchObject([{ value: 0 }]);
    await calmLoad(watched);
    await untilFound(prometheus, 'rps{job="api"} > 0');
    expect(await values("error_rate")).toMatchObject([{ value: 0 }]);
  });

  test("overload makes its alert fire", async () => {
    const overload = overloadBoth(watched);
    const firing = 'ALERTS{alertname="HighErrorRate", alertstate="firing", job="api"}';
    expect(await untilFound(prometheus, firing)).toMatchObject([
      { metric: { severity: "critical" } },
    ]);
    await overload;
  });

  test("every rule, panel and query of the guide has values", async () => {
    const wrong: string[] = [];
    for (const { from, expression } of await allExpressions()) {
      const found = await prometheus.ask(expression).catch((error: Error) => error.message);
      const mayBeEmpty = empty.some(([pattern]) => pattern.test(expression));
      const isFine = Array.isArray(found) && (mayBeEmpty || hasValues(found));
      if (!isFine) wrong.push(`${from}: ${expression} → ${JSON.stringify(found)}`);
    }
    expect(wrong).toEqual([]);
  });

  test("the guide has every metric", async () => {
    const guide = await Bun.file(at("docs/monitoring.md")).text();
    const pages = [watched.apiSide, watched.gateSide].map(async (host) =>
      (await fetch(`http://${host}/metrics`)).text(),
    );
    const names = [...(await Promise.all(pages)).join("\n").matchAll(/^# TYPE (\w+)/gm)];
    expect(names.length).toBeGreaterThan(50);
    expect(names.filter(([, name]) => !guide.includes(`\`${name}\``))).toEqual([]);
  });
});

function hasValues(found: readonly Found[]): boolean {
  return found.some(({ value }) => !Number.isNaN(value));
}

async function untilFound(prometheus: Prometheus, expression: string): Promise<readonly Found[]> {
  for (;;) {
    const found = await prometheus.ask(expression);
    if (found.length > 0) return found;
  }
}

interface Watched extends AsyncDisposable {
  readonly apiUrl: string;
  readonly gateUrl: string;
  /** Where their metrics are. */
  readonly apiSide: string;
  readonly gateSide: string;
}

/** The sample service, small enough to be overloaded, and a gate in front of it that is smaller. */
async function startWatched(): Promise<Watched> {
  const api = Bun.spawn([process.execPath, at("examples/api/main.ts")], {
    stdin: "ignore",
    stdout: "pipe",
    env: {
      ...process.env,
      ...{ HOST: "127.0.0.1", PORT: "0", METRICS_PORT: "0", RATE_LIMIT: "off" },
      ...{ LOGIN_RATE_LIMIT: "off", WORKERS: "2", MAX_QUEUE: "4", MAX_CCU: "8" },
    },
  });
  const { url, side } = await firstLine(api.stdout, /"msg":"Listening"/);
  const apiUrl = url.replace(/\/$/, "");
  const nobody = "http://127.0.0.1:1";
  const gate = start([
    ...["gate", "--upstream", apiUrl, "--upstream", nobody, "--limit", "1"],
    ...["--host", "127.0.0.1", "--port", "0", "--metrics-port", "0"],
  ]);
  const said = await gate.until("stdout", /Metrics at \S+/);
  return {
    apiUrl,
    gateUrl: /Listening on (\S+)\/ for/.exec(said)?.[1] ?? said,
    apiSide: new URL(side).host,
    gateSide: new URL(/Metrics at (\S+)/.exec(said)?.[1] ?? said).host,
    [Symbol.asyncDispose]: async () => {
      api.kill("SIGKILL");
      gate.kill("SIGKILL");
      await Promise.all([api.exited, gate.ended]);
    },
  };
}

/** The rest is read as well: a service whose log nobody reads loses lines. */
async function firstLine(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  wanted: RegExp,
): Promise<{ readonly url: string; readonly side: string }> {
  const found = Promise.withResolvers<{ readonly url: string; readonly side: string }>();
  const read = async (): Promise<void> => {
    let said = "";
    const decoder = new TextDecoder();
    for await (const bytes of stream) {
      said += decoder.decode(bytes);
      const line = said.split("\n").find((text) => wanted.test(text) && text.endsWith("}"));
      if (line !== undefined) found.resolve(JSON.parse(line));
    }
    found.reject(new Error(`Ended: ${said}`));
  };
  void read();
  return await found.promise;
}

const credentials = JSON.stringify({ username: "demo", password: "demo" });
const json = ["-H", "content-type:application/json"];

/** Reads, some of them from the cache, directly and through the gate. */
async function calmLoad({ apiUrl, gateUrl }: Watched): Promise<void> {
  const headers = { "content-type": "application/json" };
  const login = { method: "POST", headers, body: credentials };
  const answer = await fetch(`${apiUrl}/api/auth/login`, login);
  const { token } = (await answer.json()) as { readonly token: string };
  const signedIn = ["-H", `authorization:Bearer ${token}`];
  const load = ["--workers", "1", "-u", "1", "-d", "2s"];
  await Promise.all([
    bw(["run", `${apiUrl}/api/users`, ...signedIn, ...load]),
    bw(["run", `${gateUrl}/api/status`, ...load]),
  ]);
}

/** Signing in is work; with 20 at once more than the service takes, and than the gate does. */
async function overloadBoth({ apiUrl, gateUrl }: Watched): Promise<void> {
  const load = [...json, "--body", credentials, "--workers", "1", "-u", "20", "-d", "4s"];
  await Promise.all([
    bw(["run", `${apiUrl}/api/auth/login`, ...load]),
    bw(["run", `${gateUrl}/api/status`, "--workers", "1", "-u", "20", "-d", "4s"]),
  ]);
}

interface Expression {
  readonly from: string;
  readonly expression: string;
}

async function allExpressions(): Promise<readonly Expression[]> {
  const all = await Promise.all([ofRules(), ofDashboard(), ofGuide(), ofAdapter()]);
  expect(all.every((some) => some.length > 0)).toBe(true);
  return all.flat();
}

/** Of an alert only what it compares: that is there, whether it fires or not. */
async function ofRules(): Promise<readonly Expression[]> {
  const files = ["rules.yml", "alerts.yml"].map(async (name) => {
    const { groups } = (await readYaml(at(`deploy/prometheus/${name}`))) as Rules;
    const rules = groups.flatMap((group) => group.rules as readonly { readonly expr: string }[]);
    const compared = name === "alerts.yml" ? / (>|==) \S+$/ : "";
    return rules.map(({ expr }) => ({ from: name, expression: expr.replace(compared, "") }));
  });
  return (await Promise.all(files)).flat();
}

/** With its variables at "All". */
async function ofDashboard(): Promise<readonly Expression[]> {
  const { panels, templating, annotations } = await Bun.file(
    at("deploy/grafana/dashboard.json"),
  ).json();
  const filled = (text: string): string =>
    text.replaceAll(/\$(job|instance)\b/g, ".+").replaceAll("$__rate_interval", "1m");
  const queries: readonly Expression[] = panels.flatMap(
    ({ title, targets = [] }: { title: string; targets?: { expr: string }[] }) =>
      targets.map(({ expr }) => ({ from: title, expression: filled(expr) })),
  );
  const variables: readonly Expression[] = templating.list
    .filter(({ type }: { type: string }) => type === "query")
    .map(({ name, definition }: { name: string; definition: string }) => ({
      from: `$${name}`,
      expression: filled(definition.replace(/^label_values\((.*), (\w+)\)$/, "count by ($2) ($1)")),
    }));
  const marks: readonly Expression[] = annotations.list.map(({ expr }: { expr: string }) => ({
    from: "annotations",
    expression: filled(expr),
  }));
  return [...queries, ...variables, ...marks];
}

/** One on each line of its blocks. */
async function ofGuide(): Promise<readonly Expression[]> {
  const guide = await Bun.file(at("docs/monitoring.md")).text();
  return [...guide.matchAll(/^```promql\n(.*?)^```/gms)]
    .flatMap(([, block = ""]) => block.split("\n"))
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((expression) => ({ from: "docs/monitoring.md", expression }));
}

/** As prometheus-adapter asks for a pod's value. */
async function ofAdapter(): Promise<readonly Expression[]> {
  const { rules } = (await readYaml(at("deploy/prometheus/adapter.yml"))) as {
    readonly rules: readonly { readonly seriesQuery: string; readonly metricsQuery: string }[];
  };
  return rules.flatMap(({ seriesQuery, metricsQuery }) => [
    { from: "adapter", expression: seriesQuery },
    ...["ccu_utilization", "queue_utilization"].map((series) => ({
      from: "adapter",
      expression: metricsQuery
        .replaceAll("<<.Series>>", series)
        .replaceAll("<<.LabelMatchers>>", 'namespace="default",pod=~"api-1"')
        .replaceAll("<<.GroupBy>>", "pod"),
    })),
  ]);
}
