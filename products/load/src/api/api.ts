import type { VuContext } from "../vu/vu-context.ts";
import { type Checks, check } from "./check.ts";
import { CustomMetric } from "./custom-metric.ts";
import { group } from "./group.ts";
import { Http } from "./http/http.ts";
import { sleep } from "./sleep.ts";

/** What a script can import from "breakwater". */
export const apiNames: readonly string[] = [
  "http",
  "check",
  "group",
  "sleep",
  "Counter",
  "Gauge",
  "Rate",
  "Trend",
];

type MetricConstructor = new (name: string, isTime?: boolean) => CustomMetric;

/**
 * What a script's `import … from "breakwater"` gets; products/cli/script-api tells its editor the
 * same.
 */
export interface ScriptApi {
  readonly http: Http;
  readonly check: <T>(
    value: T,
    checks: Checks<T>,
    tags?: Readonly<Record<string, string>>,
  ) => boolean;
  readonly group: <T>(name: string, run: () => T) => T;
  readonly sleep: (seconds: number) => Promise<void>;
  readonly Counter: MetricConstructor;
  readonly Gauge: MetricConstructor;
  readonly Rate: MetricConstructor;
  readonly Trend: MetricConstructor;
}

/** The module "breakwater" as one VU has it: functions that know whose they are. */
export function createApi(vu: VuContext): ScriptApi {
  return new VuApi(vu);
}

/** Makes only what the script imports, as it is asked for that: there may be thousands of VUs. */
class VuApi implements ScriptApi {
  readonly #vu: VuContext;

  constructor(vu: VuContext) {
    this.#vu = vu;
  }

  get http(): ScriptApi["http"] {
    return new Http(this.#vu);
  }
  get check(): ScriptApi["check"] {
    const vu = this.#vu;
    return (value, checks, tags) => check(vu, value, checks, tags);
  }
  get group(): ScriptApi["group"] {
    const vu = this.#vu;
    return (name, run) => group(vu, name, run);
  }
  get sleep(): ScriptApi["sleep"] {
    const vu = this.#vu;
    return (seconds) => sleep(vu, seconds);
  }
  // Bound constructors: `new Counter("orders")` knows its VU, and a class per VU is not needed.
  get Counter(): MetricConstructor {
    return CustomMetric.bind(null, "counter", this.#vu);
  }
  get Gauge(): MetricConstructor {
    return CustomMetric.bind(null, "gauge", this.#vu);
  }
  get Rate(): MetricConstructor {
    return CustomMetric.bind(null, "rate", this.#vu);
  }
  get Trend(): MetricConstructor {
    return CustomMetric.bind(null, "trend", this.#vu);
  }
}
