import { randomBytes } from "k6/crypto";
import exec from "k6/execution";
import { Rate } from "k6/metrics";

// Stands in for https://jslib.k6.io/k6-utils/<version>/index.js, 1.0.0 to 1.6.0: each version only
// adds to the one before (https://grafana.com/docs/k6/latest/javascript-api/jslib/utils).

const checks = new Rate("checks");

/** As k6's check(), but the value, the checks and what they give may be promises. */
export function check(value, checkers, tags) {
  if (value instanceof Promise) return value.then((settled) => check(settled, checkers, tags));
  const results = Object.entries(checkers).map(([name, checker]) => {
    const record = (result) => {
      checks.add(result ? 1 : 0, { ...tags, check: name });
      return result;
    };
    const result = typeof checker === "function" ? checker(value) : checker;
    return result instanceof Promise ? result.then(record) : record(result);
  });
  const passed = (all) => all.every(Boolean);
  const isAsync = results.some((result) => result instanceof Promise);
  return isAsync ? Promise.all(results).then(passed) : passed(results);
}

/** `secure`: from the system's random numbers rather than from those of the VU. */
export function uuidv4(secure = false) {
  const bytes = secure
    ? new Uint8Array(randomBytes(16))
    : Uint8Array.from({ length: 16 }, () => Math.random() * 256);
  // RFC 9562 sections 5.4 and 4.1: the version and the variant.
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** Both ends included. */
export function randomIntBetween(min, max) {
  return Math.floor(min + Math.random() * (max - min + 1));
}

export function randomItem(items) {
  return items[randomIntBetween(0, items.length - 1)];
}

export function randomString(length, charset = "abcdefghijklmnopqrstuvwxyz") {
  let text = "";
  for (let at = 0; at < length; at += 1) text += charset[randomIntBetween(0, charset.length - 1)];
  return text;
}

/** The first text between the two, or with `repeat` all of them; null where there is none. */
export function findBetween(content, left, right, repeat = false) {
  const found = [];
  for (let start = content.indexOf(left); start !== -1; ) {
    const end = content.indexOf(right, start + left.length);
    if (end === -1) break;
    const text = content.substring(start + left.length, end);
    if (!repeat) return text;
    found.push(text);
    start = content.indexOf(left, end + right.length);
  }
  return found.length > 0 ? found : null;
}

/** Stages whose targets follow a normal distribution of ±2σ, with a ramp before and after it. */
export function normalDistributionStages(maxVus, durationSeconds, numberOfStages = 10) {
  const ramp = `${Math.ceil(durationSeconds / 6)}s`;
  const step = `${Math.ceil((durationSeconds * 4) / (6 * numberOfStages))}s`;
  const densities = Array.from({ length: numberOfStages + 1 }, (_, stage) => {
    const deviation = (4 * stage) / numberOfStages - 2;
    return Math.exp(-(deviation ** 2) / 2);
  });
  const peak = Math.max(...densities);
  const stages = densities.map((density, stage) => ({
    duration: stage === 0 ? ramp : step,
    target: Math.round((density * maxVus) / peak),
  }));
  return [...stages, { duration: ramp, target: 0 }];
}

const unitMs = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

/** "1h30m" in milliseconds; a number without a unit is in milliseconds already. */
export function parseDuration(text) {
  if (text === null || text === undefined || text.length < 1) throw new Error("str is empty");
  const seen = new Set();
  let sumMs = 0;
  for (const [, value, unit] of text.matchAll(/([\d.]+)(ms|[^\d.]|$)/g)) {
    if (unit !== "" && !(unit in unitMs)) throw new Error(`${unit} is an unsupported time unit`);
    if (seen.has(unit)) throw new Error(`${unit} time unit is provided multiple times`);
    seen.add(unit);
    const ms = Number.parseFloat(value) * (unitMs[unit] ?? 1);
    sumMs += unit === "ms" ? Math.trunc(ms) : ms;
  }
  return sumMs;
}

/** Which of the scenario's stages runs now, from 0. */
export function getCurrentStageIndex() {
  const stages = currentStages();
  const elapsedMs = Date.now() - exec.scenario.startTime;
  let endMs = 0;
  const index = stages.findIndex(({ duration }) => {
    endMs += parseDuration(String(duration));
    return elapsedMs < endMs;
  });
  return index === -1 ? stages.length - 1 : index;
}

export function tagWithCurrentStageIndex() {
  exec.vu.metrics.tags.stage = getCurrentStageIndex();
}

/** "ramp-up", "steady" or "ramp-down". */
export function tagWithCurrentStageProfile() {
  exec.vu.metrics.tags.stage_profile = stageProfile();
}

function stageProfile() {
  const index = getCurrentStageIndex();
  if (index < 1) return "ramp-up";
  const stages = currentStages();
  const change = stages[index].target - stages[index - 1].target;
  if (change === 0) return "steady";
  return change > 0 ? "ramp-up" : "ramp-down";
}

function currentStages() {
  const { name } = exec.scenario;
  const scenario = exec.test.options.scenarios[name];
  if (!scenario) throw new Error(`Cannot find the scenario ${name} in the test's options`);
  if (!scenario.stages) {
    const why = "only ramping-vus and ramping-arrival-rate have stages";
    throw new Error(`Cannot tell the stage of the scenario ${name}: ${why}`);
  }
  if (scenario.stages.length < 1) throw new Error(`Cannot find a stage in the scenario ${name}`);
  return scenario.stages;
}
