// Stands in for https://jslib.k6.io/papaparse/5.1.1/index.js.
import Papa from "papaparse";

export const { parse, unparse, ParserHandle, Parser } = Papa;
export { Papa as default };
