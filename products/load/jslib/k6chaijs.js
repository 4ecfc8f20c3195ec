import * as chai from "chai";
import { check, group } from "k6";

// Stands in for https://jslib.k6.io/k6chaijs/<version>/index.js: Chai, each of whose assertions is
// a check (https://grafana.com/docs/k6/latest/javascript-api/jslib/k6chaijs).

const { Assertion, AssertionError, config, expect, util } = chai;

config.truncateVariableThreshold = 100;
config.truncateMsgThreshold = 300;
/** Names checks without their values, so that the same assertion is one check. */
config.aggregateChecks = true;
config.logFailures = false;
config.exitOnError = false;

Assertion.overwriteMethod(
  "assert",
  () =>
    function assert(...args) {
      record(this, args);
    },
);

/** Says in messages something else than the value: a password is not for everybody's eyes. */
Assertion.addMethod("anonymize", function anonymize(change = hideValue) {
  util.flag(this, "anonymizeMsgFunction", change);
});

Assertion.addMethod("validJsonBody", function validJsonBody() {
  const isValid = hasJson(util.flag(this, "object"));
  this.assert(isValid, "has valid json body", "does not have a valid json body", null, null);
});

/**
 * A group whose first failed assertion ends it; false if there was one, or if it threw anything
 * else, which is a failed check.
 */
export function describe(name, run) {
  let isGood = true;
  group(name, () => {
    try {
      run();
    } catch (error) {
      isGood = false;
      if (error.name !== "AssertionError") note(error, name);
    }
  });
  return isGood;
}

function note(error, name) {
  console.error(`The test "${name}" threw, so it failed: ${error}`);
  check(null, { [`Exception raised "${error}"`]: false });
}

function record(assertion, args) {
  const isGood = util.test(assertion, args);
  const template = templateOf(assertion, args);
  const text = written(assertion, args, template);
  check(null, { [config.aggregateChecks ? nameOf(assertion, template) : text]: isGood });
  if (isGood) return;
  const message = shortened(text, config.truncateMsgThreshold);
  if (config.logFailures) console.warn(message);
  const [, , , expected] = args;
  const actual = util.getActual(assertion, args);
  const operator = util.getOperator(assertion, args);
  throw new AssertionError(message, { actual, expected, showDiff: false, operator }, record);
}

/** With the expected value in it, but neither the actual one nor the one that is asserted. */
function templateOf(assertion, [, whenTrue, whenFalse, expected]) {
  const isNegated = util.flag(assertion, "negate");
  const change = util.flag(assertion, "anonymizeMsgFunction");
  const given = isNegated ? whenFalse : whenTrue;
  const text = String((typeof given === "function" ? given() : given) || "");
  // A check passes more often than not, so what it is called must not speak of failure.
  const neutral = text.replace("but ", "");
  const said = change ? change(neutral) : neutral;
  return said.replaceAll("#{exp}", () => shown(expected));
}

function nameOf(assertion, template) {
  const subject = util.flag(assertion, "message") || placeholder("this");
  const name = template
    .replaceAll("#{this}", () => subject)
    .replaceAll("#{act}", () => placeholder("actual"));
  return shortened(name, config.truncateMsgThreshold);
}

/** As k6's library names it, so that thresholds on checks still match. */
function placeholder(name) {
  return `$\{${name}}`;
}

function written(assertion, args, template) {
  const text = template
    .replaceAll("#{this}", () => shown(util.flag(assertion, "object")))
    .replaceAll("#{act}", () => shown(util.getActual(assertion, args)));
  const message = util.flag(assertion, "message");
  return message && !config.aggregateChecks ? `${message}: ${text}` : text;
}

function hideValue(message) {
  return message.replaceAll("#{this}", "<anonymized>");
}

function hasJson(response) {
  try {
    response.json();
    return true;
  } catch {
    return false;
  }
}

function shown(value) {
  return shortened(util.objDisplay(value), config.truncateVariableThreshold);
}

function shortened(text, length) {
  return text.length > length ? `${text.slice(0, length)}...` : text;
}

export { chai, chai as default, expect };
