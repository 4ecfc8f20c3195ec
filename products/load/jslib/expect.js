import { check, group } from "k6";
import { Chain } from "./assertion-chain.js";
import { expect } from "./k6chaijs.js";

// Stands in for https://jslib.k6.io/expect/<version>/index.js.

/**
 * A group: `t.expect(value)` starts a chain of checks that ends where one fails. False if one did,
 * or if anything else was thrown, which is a failed check.
 */
export function describe(name, run) {
  let isGood = true;
  group(name, () => {
    try {
      run({ expect: (value) => new Chain(value) });
    } catch (error) {
      isGood = false;
      if (!error.brokenChain && error.name !== "AssertionError") note(error, name);
    }
  });
  return isGood;
}

function note(error, name) {
  console.error(`The test "${name}" threw, so it failed: ${error}`);
  check(null, { [`Exception raised "${error}"`]: false });
}

export { FunkBrokenChainException } from "./assertion-chain.js";
/** What https://jslib.k6.io/functional/<version>/index.js calls it. */
export { describe as test, expect };
