import { dirname, join } from "node:path";
import type { MetricContents, MetricType, Registry } from "@breakwater/metrics";
import type { BrowserContext, Page, Request } from "playwright-core";
import { withTags } from "../../measure/sample-tags.ts";
import type { VuContext } from "../../vu/vu-context.ts";

/** What a "metric" listener of the script's gets, to give samples another name by their URL. */
export type MetricTagger = (metric: {
  tag(rule: { readonly name: string; readonly matches: readonly UrlMatch[] }): void;
}) => void;

interface UrlMatch {
  readonly url: RegExp;
  readonly method?: string;
}

/** A measurement that the web-vitals library made in the page. */
interface WebVital {
  readonly name: string;
  readonly value: number;
  readonly rating: string;
}

const vitals = ["TTFB", "FCP", "LCP", "CLS", "INP"] as const;

const metricKinds: ReadonlyMap<string, readonly [MetricType, MetricContents]> = new Map([
  ...vitals.map((name): [string, [MetricType, MetricContents]] => [
    vitalMetric(name),
    ["trend", name === "CLS" ? "default" : "time"],
  ]),
  ["browser_data_sent", ["counter", "data"]],
  ["browser_data_received", ["counter", "data"]],
  ["browser_http_req_duration", ["trend", "time"]],
  ["browser_http_req_failed", ["rate", "default"]],
]);

/** Told in the page, under a name that no page has. */
const binding = "__breakwaterVital";

/** What k6/browser measures of one VU's pages (load.md 1.6). */
export class BrowserMetrics {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly #vu: VuContext;
  readonly #taggers = new WeakMap<Page, MetricTagger[]>();
  /** Of each page the latest of each vital: the library corrects them while the page lives. */
  readonly #vitals = new Map<Page, Map<string, { vital: WebVital; url: string }>>();

  constructor(vu: VuContext) {
    this.#vu = vu;
    this.env = vu.env;
  }

  /** Makes them known while the script is loaded, so that thresholds can name them. */
  static register(registry: Registry): void {
    for (const [name, kind] of metricKinds) registry.metric(name, ...kind);
  }

  async watch(context: BrowserContext): Promise<void> {
    context.on("requestfinished", (request) => void this.#finished(request).catch(() => {}));
    context.on("requestfailed", (request) => this.#failed(request));
    await context.exposeBinding(binding, ({ page }, vital: WebVital) => this.#note(page, vital));
    await context.addInitScript({ content: pageHost });
    await context.addInitScript({ content: await vitalsScript() });
    context.on("page", (page) => page.on("close", () => this.#report(page)));
  }

  tagBy(page: Page, tagger: MetricTagger): void {
    this.#taggers.set(page, [...(this.#taggers.get(page) ?? []), tagger]);
  }

  /** The iteration is over: what its pages had measured counts. */
  end(): void {
    for (const page of [...this.#vitals.keys()]) this.#report(page);
  }

  async #finished(request: Request): Promise<void> {
    const [response, sizes] = await Promise.all([request.response(), request.sizes()]);
    const { responseEnd, requestStart } = request.timing();
    const status = response?.status() ?? 0;
    const tags = this.#tagsOf(request, { status: String(status) });
    this.#add("browser_http_req_duration", Math.max(0, responseEnd - requestStart), tags);
    this.#add("browser_http_req_failed", status >= 400 || status === 0 ? 1 : 0, tags);
    this.#add("browser_data_sent", sizes.requestHeadersSize + sizes.requestBodySize, tags);
    this.#add("browser_data_received", sizes.responseHeadersSize + sizes.responseBodySize, tags);
  }

  #failed(request: Request): void {
    this.#add("browser_http_req_failed", 1, this.#tagsOf(request, { status: "0" }));
  }

  #note(page: Page, vital: WebVital): void {
    const seen = this.#vitals.get(page) ?? new Map();
    seen.set(vital.name, { vital, url: page.url() });
    this.#vitals.set(page, seen);
  }

  #report(page: Page): void {
    for (const { vital, url } of this.#vitals.get(page)?.values() ?? []) {
      const name = this.#nameFor(page, url, "GET");
      const tags = { url: name, name, rating: vital.rating };
      this.#add(vitalMetric(vital.name), vital.value, tags);
    }
    this.#vitals.delete(page);
  }

  #tagsOf(request: Request, more: Readonly<Record<string, string>>): Record<string, string> {
    const method = request.method();
    const page = pageOf(request);
    const name = page ? this.#nameFor(page, request.url(), method) : request.url();
    return { url: name, name, method, resource_type: request.resourceType(), ...more };
  }

  #nameFor(page: Page, url: string, method: string): string {
    let name = url;
    const tag: Parameters<MetricTagger>[0]["tag"] = (rule) => {
      const isMeant = rule.matches.some(
        (match) => match.url.test(url) && (match.method ?? method) === method,
      );
      if (isMeant) name = rule.name;
    };
    for (const tagger of this.#taggers.get(page) ?? []) tagger({ tag });
    return name;
  }

  #add(metric: string, value: number, tags: Record<string, string>): void {
    const { measure, activity, clock } = this.#vu;
    if (activity.wasInterrupted) return;
    const kind = metricKinds.get(metric);
    if (kind === undefined) return; // a vital that k6 does not have
    measure.registry
      .metric(metric, ...kind)
      .add(value, withTags(this.#vu.tags, tags), clock.nowMs());
  }
}

function vitalMetric(name: string): string {
  return `browser_web_vital_${name.toLowerCase()}`;
}

/**
 * What stands in a page for the script's host: functions that a script gives to evaluate() are
 * compiled with the rest of it, and ask for their globals and their loops' turns there.
 */
const pageHost =
  "globalThis.$breakwater = { globals: globalThis, busy: () => 1e9, pause: async () => 1e9 };";

/** A worker's requests belong to no page. */
function pageOf(request: Request): Page | undefined {
  try {
    return request.frame().page();
  } catch {
    return undefined;
  }
}

/** The library, and what hands its measurements over. */
async function vitalsScript(): Promise<string> {
  // The package exports no such path, but its modules lie beside it.
  const path = join(dirname(Bun.resolveSync("web-vitals", import.meta.dir)), "web-vitals.iife.js");
  const watches = vitals.map((name) => `webVitals.on${name}(tell, { reportAllChanges: true });`);
  return `(() => {
    ${await Bun.file(path).text()}
    const tell = ({ name, value, rating }) => window.${binding}({ name, value, rating });
    ${watches.join("\n")}
  })();`;
}
