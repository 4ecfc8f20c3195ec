import exec from "k6/execution";
import { matchers } from "./matchers.js";
import { retryingMatchers } from "./retrying-matchers.js";

// Stands in for https://jslib.k6.io/k6-testing/<version>/index.js: Playwright's expect()
// (https://grafana.com/docs/k6/latest/javascript-api/jslib/testing).

export class AssertionFailedError extends Error {
  name = "AssertionFailedError";
}

/**
 * What is expected of a value; a promise where the value is a browser's locator or page, which is
 * asked until it is as expected. A failure ends the test; a soft one only the iteration, or with
 * `softMode: "fail"` nothing, though the test fails.
 */
export const expect = makeExpect({});

function makeExpect(changes) {
  const config = { ...defaults(), ...changes };
  const start = (value, message) => expectation({ value, message, config, isNegated: false });
  start.soft = (value, message) => {
    return expectation({ value, message, config: { ...config, soft: true }, isNegated: false });
  };
  start.configure = (more) => makeExpect({ ...config, ...more });
  Object.defineProperty(start, "config", { get: () => ({ ...config }) });
  return start;
}

function defaults() {
  const env = __ENV;
  return {
    soft: false,
    softMode: "throw",
    colorize: env.K6_TESTING_COLORIZE !== "false",
    display: env.K6_TESTING_DISPLAY === "inline" ? "inline" : "pretty",
    timeout: Number(env.K6_TESTING_TIMEOUT) || 5000,
    interval: Number(env.K6_TESTING_INTERVAL) || 100,
  };
}

function expectation(options) {
  const { value, isNegated } = options;
  const made = {};
  for (const [name, match] of Object.entries(matchers)) {
    made[name] = (...args) => settle(options, { name, ...match(value, ...args) });
  }
  for (const [name, ask] of Object.entries(retryingMatchers)) {
    made[name] = async (...args) => {
      settle(options, { name, ...(await retry(() => ask(value, ...args), { ...options, args })) });
    };
  }
  if (!isNegated) made.not = expectation({ ...options, isNegated: true });
  return made;
}

/** Asks until it is as expected, or until the time is over. */
async function retry(ask, { config, isNegated, args }) {
  const last = args.at(-1);
  const own = typeof last === "object" && last !== null && !(last instanceof RegExp) ? last : {};
  const { timeout, interval } = { ...config, ...own };
  const endMs = Date.now() + timeout;
  for (;;) {
    const found = await ask();
    if (found.isMatch !== isNegated || Date.now() + interval > endMs) return found;
    await new Promise((resolve) => setTimeout(resolve, interval));
  }
}

function settle({ isNegated, message, config }, { name, isMatch, expected, received }) {
  if (isMatch !== isNegated) return;
  const given = expected === undefined ? "" : "expected";
  const call = `expect(received)${isNegated ? ".not" : ""}.${name}(${given})`;
  const lines = [`Error: ${message ?? call}`];
  if (message) lines.push(`Assertion: ${call}`);
  if (expected !== undefined) lines.push(`Expected: ${isNegated ? "not " : ""}${expected}`);
  lines.push(`Received: ${received}`);
  fail(lines.join(config.display === "inline" ? "; " : "\n"), config);
}

function fail(text, { soft, softMode }) {
  if (!soft) exec.test.abort(text);
  else if (softMode === "fail") exec.test.fail(text);
  else throw new AssertionFailedError(text);
}
