import Ajv from "./ajv.js";

// Stands in for https://jslib.k6.io/k6chaijs-contracts/<version>/index.js.

/** Adds `expect(value).to.matchSchema(schema)`: a JSON schema, of draft 7 and older. */
export function initContractPlugin({ Assertion, util }) {
  Assertion.addMethod("matchSchema", function matchSchema(schema) {
    const ajv = new Ajv({ allErrors: true });
    const isValid = ajv.validate(schema, util.flag(this, "object"));
    const errors = isValid ? "" : `: ${ajv.errorsText()}`;
    this.assert(
      isValid,
      `expected #{this} to match the schema${errors}`,
      "expected #{this} not to match the schema",
    );
  });
}
