import { type FieldReader, shown } from "./field-reader.ts";
import type { LimitForm, LimitSettings, QueueSettings } from "./limit.ts";
import { type Rule, usualPriority } from "./rules.ts";
import { readShares } from "./rules-fields.ts";

const DAY_MS = 86_400_000;
const MOST = 1_000_000;

/** Which limit is asked for, and who waits for it. */
export function readLimit(reader: FieldReader, rules: readonly Rule[]): LimitSettings {
  const form = readForm(reader);
  const shares = readShares(reader);
  const lost = rules.find(({ partition }) => partition !== undefined && !shares[partition]);
  if (lost !== undefined) {
    const hint = `give it one, as --share ${lost.partition}=0.2`;
    reader.mistakes.push(`Cannot use partition ${shown(lost.partition)} without a share: ${hint}`);
  }
  const hasPriorities = rules.some(({ priority = usualPriority }) => priority !== usualPriority);
  const mode = reader.flag("observe") ? "observe" : "enforce";
  return { form, queue: readQueue(reader, form), shares, hasPriorities, mode };
}

/** Each way of setting a limit and what belongs to it. */
const forms = {
  ccu: ["max-ccu", "utilization"],
  fixed: ["limit"],
  adaptive: ["min-limit", "max-limit", "initial-limit"],
} as const;

function readForm(reader: FieldReader): LimitForm {
  const limits = { min: 1, max: MOST };
  const max = reader.whole("max-ccu", limits);
  const utilization = reader.part("utilization");
  const limit = reader.whole("limit", limits);
  const bounds = {
    min: reader.whole("min-limit", limits),
    max: reader.whole("max-limit", limits),
    initial: reader.whole("initial-limit", limits),
  };
  const said = (["ccu", "fixed", "adaptive"] as const).flatMap((kind) =>
    forms[kind].filter((name) => reader.raw(name) !== undefined).slice(0, 1),
  );
  const [one, other] = said;
  if (other !== undefined) {
    reader.mistakes.push(`Cannot use ${one} and ${other} together: they are two kinds of limit`);
  }
  if (one === "utilization") {
    reader.mistakes.push(
      "Cannot use utilization alone: it is a part of max-ccu, so give that, too",
    );
  }
  if (max !== undefined) return { kind: "ccu", max, utilization: utilization ?? 0.67 };
  if (limit !== undefined) return { kind: "fixed", limit };
  const { min = 1, initial = Math.max(min, Math.min(100, bounds.max ?? 100)) } = bounds;
  if (initial < min || initial > (bounds.max ?? MOST)) {
    const order = `min-limit ${min}, initial-limit ${initial}, max-limit ${bounds.max ?? "unset"}`;
    reader.mistakes.push(`Cannot use ${order}: each must be at least the one before`);
  }
  return { kind: "adaptive", ...bounds };
}

function readQueue(reader: FieldReader, form: LimitForm): QueueSettings {
  const maxSize = reader.whole("queue", { min: 0, max: MOST });
  const maxWaitMs = reader.duration("max-wait", { min: 1, max: DAY_MS });
  const order = reader.choice("order", ["fifo", "lifo", "adaptive-lifo"]);
  if (form.kind === "ccu" && maxSize !== undefined) {
    reader.mistakes.push("Cannot use queue with max-ccu: whatever is below max-ccu may wait");
  }
  const isIdle = form.kind !== "ccu" && (maxSize ?? 0) === 0;
  if (isIdle && (maxWaitMs !== undefined || order !== undefined)) {
    const name = maxWaitMs === undefined ? "order" : "max-wait";
    reader.mistakes.push(`Cannot use ${name} without a queue: give queue, too, as --queue 100`);
  }
  return { maxSize: maxSize ?? 0, maxWaitMs: maxWaitMs ?? 1_000, order: order ?? "fifo" };
}
