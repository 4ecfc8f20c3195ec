import type { Metric, MetricType } from "@breakwater/metrics";
import { readTags, withTags } from "../measure/sample-tags.ts";
import type { VuContext } from "../vu/vu-context.ts";

type Tags = Readonly<Record<string, string>>;

/** k6's Counter, Gauge, Rate and Trend: made while the script is loaded, added to while it runs. */
export class CustomMetric {
  readonly name: string;
  readonly #vu: VuContext;
  readonly #metric: Metric;

  constructor(type: MetricType, vu: VuContext, name: string, isTime = false) {
    if (name === undefined) throw new TypeError("Cannot make a metric without a name: give one");
    vu.activity.assertLoading(`make the metric "${String(name)}"`);
    this.name = String(name);
    this.#vu = vu;
    this.#metric = vu.measure.registry.metric(this.name, type, isTime ? "time" : "default");
  }

  /** False, and nothing counted, when the value is no finite number. */
  add(value: number | boolean | null, tags?: Tags): boolean {
    const vu = this.#vu;
    vu.activity.assertRunning("add to a metric");
    const number = value === null ? Number.NaN : Number(value);
    if (!Number.isFinite(number)) return this.#refuse(value);
    const own = readTags(tags);
    this.#metric.add(number, own ? withTags(vu.tags, own) : vu.tags, vu.clock.nowMs());
    return true;
  }

  #refuse(value: unknown): false {
    const vu = this.#vu;
    const message = `Cannot add ${shown(value)} to the metric "${this.name}": give a finite number`;
    if (vu.settings.isThrowing) throw new TypeError(message);
    vu.warn(message);
    return false;
  }
}

/** A script may add a whole response by mistake. */
function shown(value: unknown): string {
  const text = String(value);
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
