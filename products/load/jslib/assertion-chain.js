import { check } from "k6";
import Ajv from "./ajv.js";

// What jslib's "expect" and "functional" give as `t.expect(value)`.

export class FunkBrokenChainException extends Error {
  name = "FunkBrokenChainException";
  brokenChain = true;
}

/** Checks one value after the other; the first that fails throws and so ends the test. */
export class Chain {
  #value;
  #name;

  constructor(value) {
    this.#value = value;
  }

  /** What the value is called in the checks' names. */
  as(name) {
    this.#name = name;
    return this;
  }

  and(value) {
    this.#value = value;
    this.#name = undefined;
    return this;
  }

  toEqual(wanted) {
    const isEqual = this.#value === wanted;
    const named = `${this.#name} is ${this.#value}.${isEqual ? "" : ` Expected '${wanted}'`}`;
    return this.#record(this.#name ? named : `${this.#value} is ${wanted}`, isEqual, wanted);
  }

  toBeGreaterThan(limit) {
    return this.#recordValue(`is greater than ${limit}`, this.#value > limit);
  }

  toBeGreaterThanOrEqual(limit) {
    return this.#recordValue(`is greater or equal to ${limit}`, this.#value >= limit);
  }

  toBeLessThan(limit) {
    return this.#recordValue(`is less than ${limit}`, this.#value < limit);
  }

  toBeLessThanOrEqual(limit) {
    return this.#recordValue(`is less or equal to ${limit}`, this.#value <= limit);
  }

  toBeBetween(from, to) {
    const isBetween = this.#value >= from && this.#value <= to;
    return this.#recordValue(`is between ${from} - ${to}`, isBetween);
  }

  toBeTruthy() {
    return this.#recordValue("is truthy.", Boolean(this.#value));
  }

  /** The value is a response. */
  toHaveValidJson() {
    const url = this.#value?.request?.url;
    if (url === undefined) {
      console.error("Cannot check for JSON: what was given to expect() is no response");
      throw new FunkBrokenChainException("Chain broke, skipping this check");
    }
    return this.#record(`${url} has valid json response`, hasJson(this.#value));
  }

  toMatchAPISchema(schema) {
    const validate = new Ajv().compile(schema);
    const isValid = validate(this.#value);
    const name = this.#name ?? "";
    check(isValid, { [`${name} schema validation`]: isValid });
    if (isValid) return this;
    for (const { dataPath, message } of validate.errors) {
      check(isValid, { [`${name} ${dataPath} ${message}`]: false });
    }
    throw new FunkBrokenChainException("Chain broke, skipping this check");
  }

  #recordValue(claim, isGood) {
    return this.#record(`${this.#name || this.#value} ${claim}`, isGood, this.#value);
  }

  #record(name, isGood, value) {
    check(null, { [name]: isGood }, value === undefined ? {} : { value });
    if (!isGood) throw new FunkBrokenChainException("Chain broke, skipping this check");
    return this;
  }
}

function hasJson(response) {
  try {
    response.json();
    return true;
  } catch {
    return false;
  }
}
