// Stands in for https://jslib.k6.io/jsonpath/1.0.2/index.js.
// The one without files to read: it becomes a part of the script.
import jsonpath from "jsonpath/jsonpath.js";

export { jsonpath as default };
