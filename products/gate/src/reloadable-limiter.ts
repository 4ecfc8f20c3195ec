import type {
  AcquireOptions,
  Limiter,
  LimiterEvent,
  LimiterSnapshot,
  Permit,
  Rejection,
  RequestContext,
} from "@breakwater/admission";
import { type LimiterEdges, type LimitSettings, openLimiter } from "./limit.ts";

/** A limiter that has been replaced, and what stands in the next one for those in flight here. */
interface Replaced {
  readonly limiter: Limiter;
  readonly standIns: Permit[];
}

type Counts = Pick<LimiterSnapshot, "admitted" | "rejected" | "released" | "doubleReleases">;

const noCounts: Counts = { admitted: 0, rejected: {}, released: {}, doubleReleases: 0 };

/**
 * A limiter whose settings change while requests are in flight. What was admitted before counts in
 * the new limiter, too, until it ends: by stand-ins, which are admitted whatever the limit. Who
 * waited before waits on in the old one, for places that become free there.
 */
export class ReloadableLimiter implements Limiter {
  readonly name: string = "gate";
  readonly #edges: LimiterEdges;
  readonly #replaced: Set<Replaced> = new Set();
  #settings: LimitSettings;
  #current: Limiter;
  /** Of limiters that are gone, less what stand-ins add to those that are not. */
  #past: Counts = noCounts;
  /** What stand-ins do is nobody's business: events of that kind are theirs now. */
  #hidden: LimiterEvent["type"] | undefined;

  constructor(settings: LimitSettings, edges: LimiterEdges) {
    this.#edges = edges;
    this.#settings = settings;
    this.#current = this.#open(settings);
  }

  get settings(): LimitSettings {
    return this.#settings;
  }

  tryAcquire(context?: RequestContext): Permit | Rejection {
    return this.#current.tryAcquire(context);
  }

  acquire(
    context?: RequestContext,
    options?: AcquireOptions,
  ): Permit | Rejection | Promise<Permit | Rejection> {
    return this.#current.acquire(context, options);
  }

  /**
   * Its counts go on over reloads, but begin anew when the mode changes: what was only observed is
   * not to be taken for rejected.
   */
  snapshot(): LimiterSnapshot {
    const now = this.#current.snapshot();
    if (this.#replaced.size === 0) return { ...now, ...sum(this.#past, now) };
    const before = [...this.#replaced].map(({ limiter }) => limiter.snapshot());
    const alike = before.filter(({ mode }) => mode === now.mode);
    const queued = before.reduce((all, limiter) => all + limiter.queued, now.queued);
    return { ...now, ...alike.reduce<Counts>(sum, sum(this.#past, now)), queued };
  }

  close(): void {
    this.#current.close();
    for (const { limiter } of this.#replaced) limiter.close();
  }

  /**
   * From now on by these settings. What was learned stays: an adaptive limit goes on from where it
   * is, and equal settings change nothing. Throws AdmissionError, and then nothing has changed.
   */
  reload(settings: LimitSettings): void {
    if (JSON.stringify(settings) === JSON.stringify(this.#settings)) return;
    const limiter = this.#current;
    const { inFlight, limit, mode } = limiter.snapshot();
    const next = this.#open(continued(settings, this.#settings, limit));
    const standIns = this.#hiding("admitted", () =>
      Array.from({ length: inFlight }, () => next.tryAcquire({ critical: true })),
    ).filter((permit) => permit.admitted);
    if (mode !== settings.mode) this.#past = noCounts;
    this.#past = sum(this.#past, { ...noCounts, admitted: -standIns.length });
    this.#current = next;
    this.#settings = settings;
    const replaced = { limiter, standIns };
    this.#replaced.add(replaced);
    this.#trim(replaced);
  }

  #open(settings: LimitSettings): Limiter {
    const { onEvent } = this.#edges;
    const told = (event: LimiterEvent): void => {
      if (event.type !== this.#hidden) onEvent(event);
      if (event.type !== "released") return;
      for (const replaced of this.#replaced) this.#trim(replaced);
    };
    return openLimiter(settings, { ...this.#edges, onEvent: told });
  }

  /** As many stand-ins as are in flight in the replaced limiter, and no more. */
  #trim(replaced: Replaced): void {
    const { limiter, standIns } = replaced;
    const last = limiter.snapshot();
    // Who waits there takes the place that has just become free.
    const over = standIns.splice(last.inFlight + Math.min(1, last.queued));
    if (last.inFlight + last.queued === 0) {
      this.#replaced.delete(replaced);
      if (last.mode === this.#settings.mode) this.#past = sum(this.#past, last);
    }
    this.#past = sum(this.#past, { ...noCounts, released: { ignored: -over.length } });
    this.#hiding("released", () => {
      for (const standIn of over) standIn.release("ignored");
    });
  }

  #hiding<Value>(type: LimiterEvent["type"], act: () => Value): Value {
    const before = this.#hidden;
    this.#hidden = type;
    const value = act();
    this.#hidden = before;
    return value;
  }
}

function sum(one: Counts, other: Counts): Counts {
  return {
    admitted: one.admitted + other.admitted,
    rejected: sumByName(one.rejected, other.rejected),
    released: sumByName(one.released, other.released),
    doubleReleases: one.doubleReleases + other.doubleReleases,
  };
}

function sumByName(
  one: Readonly<Record<string, number>>,
  other: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  const all = { ...one };
  for (const [name, count] of Object.entries(other)) all[name] = (all[name] ?? 0) + count;
  return all;
}

function continued(settings: LimitSettings, before: LimitSettings, limit: number): LimitSettings {
  const { form } = settings;
  if (form.kind !== "adaptive" || before.form.kind !== "adaptive") return settings;
  const { min = 1, max = Number.POSITIVE_INFINITY, initial } = form;
  if (initial !== before.form.initial) return settings;
  return { ...settings, form: { ...form, initial: Math.min(max, Math.max(min, limit)) } };
}
