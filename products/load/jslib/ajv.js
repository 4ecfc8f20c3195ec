import { Ajv as Ajv8 } from "ajv";

// Stands in for https://jslib.k6.io/ajv/6.12.5/index.js: a newer Ajv that behaves like that one
// (https://ajv.js.org/v6-to-v8-migration.html).

/** Unknown keywords are ignored and formats known, as in version 6; so are its error messages. */
function Ajv(options = {}) {
  const { jsonPointers = false, ...others } = options;
  const ajv = new Ajv8({ strict: false, logger: false, ...others, formats });
  const compile = ajv.compile.bind(ajv);
  ajv.compile = (schema) => {
    const validate = compile(schema);
    const asBefore = (data) => {
      const isValid = validate(data);
      asBefore.errors = validate.errors?.map((error) => oldError(error, jsonPointers)) ?? null;
      return isValid;
    };
    return Object.assign(asBefore, { schema: validate.schema, errors: null });
  };
  ajv.validate = (schemaOrKey, data) => {
    const isKey = typeof schemaOrKey === "string";
    const validate = isKey ? ajv.getSchema(schemaOrKey) : ajv.compile(schemaOrKey);
    if (!validate) throw new Error(`no schema with key or ref "${schemaOrKey}"`);
    const isValid = validate(data);
    ajv.errors = isKey
      ? (validate.errors?.map((error) => oldError(error, jsonPointers)) ?? null)
      : validate.errors;
    return isValid;
  };
  ajv.errorsText = (errors = ajv.errors, { separator = ", ", dataVar = "data" } = {}) => {
    if (!errors || errors.length === 0) return "No errors";
    return errors
      .map(({ dataPath, message }) => `${dataVar}${dataPath} ${message}`)
      .join(separator);
  };
  return ajv;
}

/** `.a[0].b` where version 8 has `/a/0/b`, and "should" where it has "must". */
function oldError({ instancePath, message, ...error }, jsonPointers) {
  const dataPath = jsonPointers ? instancePath : toPath(instancePath);
  return { ...error, dataPath, message: message?.replace(/\bmust\b/, "should") };
}

function toPath(pointer) {
  const keys = pointer.split("/").slice(1);
  const write = (escaped) => {
    const key = escaped.replaceAll("~1", "/").replaceAll("~0", "~");
    if (/^\d+$/.test(key)) return `[${key}]`;
    return /^[a-z$_][\w$]*$/i.test(key) ? `.${key}` : `['${key}']`;
  };
  return keys.map(write).join("");
}

/** Version 6 has them built in; as there the quick checks rather than the full ones. */
const formats = {
  date: /^\d{4}-[01]\d-[0-3]\d$/,
  time: /^(?:[0-2]\d:[0-5]\d:[0-5]\d|23:59:60)(?:\.\d+)?(?:z|[+-]\d\d(?::?\d\d)?)?$/i,
  "date-time": /^\d{4}-[01]\d-[0-3]\d[t\s][0-2]\d:[0-5]\d:[0-6]\d(?:\.\d+)?(?:z|[+-]\d\d:?\d\d)$/i,
  uri: /^[a-z][a-z\d+.-]*:\/?[^\s]*$/i,
  "uri-reference": /^(?:[a-z][a-z\d+.-]*:)?\/?[^\\\s#]*(?:#[^\\\s]*)?$/i,
  "uri-template": /^[^\s"'<>\\^`|]*$/,
  url: /^https?:\/\/[^\s/?#]+[^\s]*$/i,
  email:
    /^[\w.!#$%&'*+/=?^`{|}~-]+@[a-z\d](?:[a-z\d-]*[a-z\d])?(?:\.[a-z\d](?:[a-z\d-]*[a-z\d])?)*$/i,
  hostname: /^[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?(?:\.[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?)*$/i,
  ipv4: /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/,
  ipv6: (text) => /^[\da-f:.]+$/i.test(text) && URL.canParse(`http://[${text}]/`),
  regex: (text) => isRegExp(text),
  uuid: /^(?:urn:uuid:)?[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/i,
  "json-pointer": /^(?:\/(?:[^~/]|~0|~1)*)*$/,
  "relative-json-pointer": /^(?:0|[1-9]\d*)(?:#|(?:\/(?:[^~/]|~0|~1)*)*)$/,
};

function isRegExp(text) {
  try {
    new RegExp(text, "u");
    return true;
  } catch {
    return false;
  }
}

export { Ajv as default };
