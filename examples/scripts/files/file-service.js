// What the load tests of the file service (bw files) have in common. All run under k6, too.
import { textSummary } from "https://jslib.k6.io/k6-summary/0.0.1/index.js";
import { check } from "k6";
import http from "k6/http";
import { Rate } from "k6/metrics";

export const errors = new Rate("errors");

export const base = __ENV.BASE_URL || "http://localhost:8080";
// DURATION_FACTOR=0.1 makes every stage a tenth as long.
const factor = Number(__ENV.DURATION_FACTOR || 1);
// The folder of the result files, which must be there.
const results = __ENV.RESULTS || ".";

export const seconds = (count) => `${Math.max(1, Math.round(count * factor * 1000))}ms`;

/** Stages out of [seconds, users] each. */
export const stages = (...list) =>
  list.map(([duration, target]) => ({ duration: seconds(duration), target }));

/** So many kilobytes of text, the same each time. */
export function textOfKb(kilobytes) {
  return "Sphinx of black quartz, judge my vow 0123456789. "
    .repeat(21 * kilobytes)
    .slice(0, kilobytes * 1024);
}

/** JSON, or an empty object where it is none: then the check that looks into it fails. */
export function parsed({ body }) {
  try {
    return JSON.parse(body) || {};
  } catch {
    return {};
  }
}

export const isSuccess = (answer) => parsed(answer).status === "Success";
export const faster = (ms) => (answer) => answer.timings.duration < ms;
export const isOk = (answer) => answer.status === 200;

/** An iteration with a check that failed is an error. */
export function expect(answer, checks) {
  const passed = check(answer, checks);
  errors.add(!passed);
  return passed;
}

/** For setup(): a test of a service that is not there says nothing. */
export function mustBeUp() {
  const answer = http.get(`${base}/ping`, { timeout: "5s" });
  if (!check(answer, { "server is up": isOk })) {
    throw new Error(`${base} answers ${answer.status} ${answer.error}`);
  }
}

export function deleteFolder(path) {
  http.del(`${base}/delete-folder?path=${encodeURIComponent(path)}`);
}

/** For handleSummary(): the summary as k6 has it, and everything as JSON. */
export function summary(name, data, more = "") {
  return {
    stdout: `${textSummary(data, { indent: " ", enableColors: true })}\n${more}`,
    [`${results}/${name}_results.json`]: JSON.stringify(data, null, 2),
  };
}
